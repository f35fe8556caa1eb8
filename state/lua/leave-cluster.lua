-- LEAVE: an incarnation's own word that it is dead. P4. Sent twice: same answer.
-- KEYS: {C/m} :silos :epoch :votes:<incarnation>      ARGV: incarnation, now (ms)
-- Returns: 1, or 0 when it was not up
if redis.call('HGET', KEYS[1], ARGV[1]) ~= 'up' then return 0 end
redis.call('DEL', KEYS[3])
redis.call('HSET', KEYS[1], ARGV[1], 'dead ' .. ARGV[2])
redis.call('INCR', KEYS[2])
return 1
