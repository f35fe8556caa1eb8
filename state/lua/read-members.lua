-- LOOK: all incarnations that are up, with their counters and what they say of themselves. Changes nothing.
-- KEYS: {C/m} :silos :hb :addr :epoch      ARGV: none
-- Returns: {epoch, incarnation, counter, record, load, ...}
local found = {redis.call('GET', KEYS[4]) or '0'}
local silos = redis.call('HGETALL', KEYS[1])
for i = 1, #silos, 2 do
  if silos[i + 1] == 'up' then
    local silo = silos[i]
    found[#found + 1] = silo
    found[#found + 1] = redis.call('HGET', KEYS[2], silo) or '0'
    found[#found + 1] = redis.call('HGET', KEYS[3], silo) or '{}'
    found[#found + 1] = redis.call('HGET', KEYS[3], '~' .. silo) or ''
  end
end
return found
