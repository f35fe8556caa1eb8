-- KILL: a vote for the death of an incarnation, by value of its heartbeat counter: a counter that moved drops all votes. P4.
-- KEYS: {C/m} :silos :hb :epoch :votes:<victim>      ARGV: victim, observed counter, accuser, votes needed, now (ms)
-- Returns: DEAD (also when it was before), ALIVE, or VOTED
if redis.call('HGET', KEYS[1], ARGV[1]) ~= 'up' then return 'DEAD' end
if (redis.call('HGET', KEYS[2], ARGV[1]) or '0') ~= ARGV[2] then
  redis.call('DEL', KEYS[4])
  return 'ALIVE'
end
redis.call('SADD', KEYS[4], ARGV[3])
if redis.call('SCARD', KEYS[4]) < tonumber(ARGV[4]) then return 'VOTED' end
redis.call('DEL', KEYS[4])
redis.call('HSET', KEYS[1], ARGV[1], 'dead ' .. ARGV[5])
redis.call('INCR', KEYS[3])
return 'DEAD'
