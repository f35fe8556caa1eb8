-- DESTROY: a fenced end. Deletes fields, tags, hold, bindings and reminders and frees the actor; epoch, version, sequence, operations, marks,
-- outbox and inbox stay until they expire, and while something is in the outbox, who was bound to what (:old lists it). P2, P5. Sent twice: same
-- answer, kept as d (the token) beside dv (the version). An actor that never committed and has nothing parked leaves nothing.
-- KEYS: {C/T/K} :a :ops :out :in :r :u :old, then each :b:<name>      ARGV: token, seconds, each name
-- Returns: 1, 0 when the token is not the registered one, or {names that are needed here, ...}: <event> and <event>@v of each event that :a counts
local row = redis.call('HMGET', KEYS[1], 'n', 'ep', 'v', 'q', 'd')
if row[1] ~= ARGV[1] then return row[5] == ARGV[1] and 1 or 0 end
local version, keys, names = row[3] or '0', {}, {}
for i = 3, #ARGV do keys[ARGV[i]] = KEYS[i + 5] end
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if field:sub(1, 2) == 'b:' then
    names[#names + 1] = field:sub(3)
    names[#names + 1] = field:sub(3) .. '@' .. version
  end
end
for _, name in ipairs(names) do if not keys[name] then return names end end
local isNeeded = redis.call('EXISTS', KEYS[3]) == 1
for i = 1, #names, 2 do
  local key, over = keys[names[i]], keys[names[i + 1]]
  if isNeeded and redis.call('EXISTS', key) == 1 then
    redis.call('RENAME', key, over)
    redis.call('EXPIRE', over, ARGV[2])
    redis.call('ZADD', KEYS[7], version, names[i + 1])
  end
  redis.call('UNLINK', key)
end
redis.call('UNLINK', KEYS[1], KEYS[5], KEYS[6])
if version == '0' and redis.call('EXISTS', KEYS[2], KEYS[3], KEYS[4]) == 0 then return 1 end
redis.call('HSET', KEYS[1], 'ep', row[2], 'v', version, 'd', ARGV[1], 'dv', version)
if row[4] then redis.call('HSET', KEYS[1], 'q', row[4]) end
for _, i in ipairs({1, 2, 3, 4, 7}) do redis.call('EXPIRE', KEYS[i], ARGV[2]) end
return 1
