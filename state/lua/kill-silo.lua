-- KILL: a vote for the death of an incarnation, by value of its heartbeat counter: only votes for the counter's value of now count. P4.
-- KEYS: {C/m} :silos :hb :epoch :votes:<victim>      ARGV: victim, observed counter, accuser, votes needed, now (ms)
-- Returns: DEAD (also when it was before), ALIVE, or VOTED
if redis.call('HGET', KEYS[1], ARGV[1]) ~= 'up' then return 'DEAD' end
if (redis.call('HGET', KEYS[2], ARGV[1]) or '0') ~= ARGV[2] then
  redis.call('DEL', KEYS[4])
  return 'ALIVE'
end
redis.call('HSET', KEYS[4], ARGV[3], ARGV[2])
local votes = 0
for _, counter in ipairs(redis.call('HVALS', KEYS[4])) do if counter == ARGV[2] then votes = votes + 1 end end
if votes < tonumber(ARGV[4]) then return 'VOTED' end
redis.call('DEL', KEYS[4])
redis.call('HSET', KEYS[1], ARGV[1], 'dead ' .. ARGV[5])
redis.call('INCR', KEYS[3])
return 'DEAD'
