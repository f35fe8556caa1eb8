-- JOIN: writes an incarnation as up, and the genesis with the first of all. Exclusive: only while no other is up. Sent twice: same answer. P4.
-- KEYS: {C/m} :silos :hb :addr :epoch :genesis
-- ARGV: incarnation, address record, new genesis, partition count, '1' = exclusive, now (ms), ms that dead rows stay
-- Returns: {JOINED, epoch, genesis} {HELD, incarnation, heartbeat, address record} {PARTITIONS, count} {DEAD}
local mine = redis.call('HGET', KEYS[1], ARGV[1])
if mine and mine ~= 'up' then return {'DEAD'} end
local genesis = redis.call('GET', KEYS[5]) or (ARGV[3] .. ' ' .. ARGV[4])
local partitions = genesis:match(' (%d+)$')
if partitions ~= ARGV[4] then return {'PARTITIONS', partitions or '?'} end
local silos = redis.call('HGETALL', KEYS[1])
for i = 1, #silos, 2 do
  local silo, status = silos[i], silos[i + 1]
  if status == 'up' and silo ~= ARGV[1] and ARGV[5] == '1' then
    return {'HELD', silo, redis.call('HGET', KEYS[2], silo) or '0', redis.call('HGET', KEYS[3], silo) or '{}'}
  end
  -- Status 'dead <since>'. A row that is missing counts as dead: forgetting it changes nothing (P4).
  local since = tonumber(status:match('^dead (%d+)$'))
  if since and since + ARGV[7] < tonumber(ARGV[6]) then for k = 1, 3 do redis.call('HDEL', KEYS[k], silo) end end
end
redis.call('SET', KEYS[5], genesis)
if not mine then
  redis.call('HSET', KEYS[1], ARGV[1], 'up')
  redis.call('HSET', KEYS[2], ARGV[1], 0)
  redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
  redis.call('INCR', KEYS[4])
end
return {'JOINED', redis.call('GET', KEYS[4]), genesis}
