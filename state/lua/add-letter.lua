-- LETTER: adds a dead letter under the next number, unless it is there or was removed not long ago. Sent twice it is added once.
-- KEYS: {C/dead} itself, :n :at :t:<type> :gone      ARGV: id, record, milliseconds that a removed id is remembered
-- Returns: 1, or 0 when it was removed
local time = redis.call('TIME')
redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[3])
if redis.call('ZSCORE', KEYS[5], ARGV[1]) then return 0 end
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 1 end
local number = redis.call('INCR', KEYS[2])
redis.call('ZADD', KEYS[3], number, ARGV[1])
redis.call('ZADD', KEYS[4], number, ARGV[1])
return 1
