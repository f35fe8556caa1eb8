-- JOIN: writes an incarnation as up, and the genesis with the first of all. Sent twice: same answer. P4.
-- KEYS: {C/m} :silos :hb :addr :epoch :genesis
-- ARGV: incarnation, record, new genesis, partition count, now (ms), ms that dead rows stay, how many stay at most (the last to die)
-- Returns: {JOINED, epoch, genesis} {PARTITIONS, count} {DEAD}
local mine = redis.call('HGET', KEYS[1], ARGV[1])
if mine and mine ~= 'up' then return {'DEAD'} end
local genesis = redis.call('GET', KEYS[5]) or (ARGV[3] .. ' ' .. ARGV[4])
local partitions = genesis:match(' (%d+)$')
if partitions ~= ARGV[4] then return {'PARTITIONS', partitions or '?'} end
local silos = redis.call('HGETALL', KEYS[1])
local dead = {}
for i = 1, #silos, 2 do
  -- Status 'dead <since>'. A row that is missing counts as dead: forgetting it changes nothing (P4).
  local since = tonumber(silos[i + 1]:match('^dead (%d+)$'))
  if since then dead[#dead + 1] = {silos[i], since} end
end
table.sort(dead, function(a, b) return a[2] > b[2] or (a[2] == b[2] and a[1] > b[1]) end)
for i, row in ipairs(dead) do
  if i > tonumber(ARGV[7]) or row[2] + ARGV[6] < tonumber(ARGV[5]) then
    redis.call('HDEL', KEYS[1], row[1])
    redis.call('HDEL', KEYS[2], row[1])
    redis.call('HDEL', KEYS[3], row[1], '~' .. row[1])
  end
end
redis.call('SET', KEYS[5], genesis)
if not mine then
  redis.call('HSET', KEYS[1], ARGV[1], 'up')
  redis.call('HSET', KEYS[2], ARGV[1], 0)
  redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
  redis.call('INCR', KEYS[4])
end
return {'JOINED', redis.call('GET', KEYS[4]), genesis}
