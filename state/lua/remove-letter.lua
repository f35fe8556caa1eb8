-- UNLETTER: removes a dead letter for good: its id is remembered, lest a late repeat bring it back. Sent twice: same answer.
-- KEYS: {C/dead} itself, :n :at :t:<type> :gone      ARGV: id, milliseconds that a removed id is remembered
-- Returns: 1 when it is gone, or 0 when there was none
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', now - ARGV[2])
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return redis.call('ZSCORE', KEYS[5], ARGV[1]) and 1 or 0 end
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('ZADD', KEYS[5], now, ARGV[1])
redis.call('PEXPIRE', KEYS[5], ARGV[2])
return 1
