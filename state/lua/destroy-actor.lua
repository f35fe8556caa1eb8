-- DESTROY: a fenced end. Deletes fields, tags, hold, bindings and reminders and frees the actor; epoch, version, sequence, operations, marks,
-- outbox and inbox stay until they expire. P2, P5. Sent twice: same answer, kept as d (the token) beside dv (the version). An actor that never
-- committed and has nothing parked leaves nothing.
-- KEYS: {C/T/K} :a :ops :out :in :r (and the :b:<event> that :a counts)      ARGV: token, seconds
-- Returns: 1, or 0 when the token is not the registered one
local row = redis.call('HMGET', KEYS[1], 'n', 'ep', 'v', 'q', 'd')
if row[1] ~= ARGV[1] then return row[5] == ARGV[1] and 1 or 0 end
local version = row[3] or '0'
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if field:sub(1, 2) == 'b:' then redis.call('UNLINK', KEYS[1]:sub(1, -2) .. field) end
end
redis.call('UNLINK', KEYS[1], KEYS[5])
if version == '0' and redis.call('EXISTS', KEYS[2], KEYS[3], KEYS[4]) == 0 then return 1 end
redis.call('HSET', KEYS[1], 'ep', row[2], 'v', version, 'd', ARGV[1], 'dv', version)
if row[4] then redis.call('HSET', KEYS[1], 'q', row[4]) end
for i = 1, 4 do redis.call('EXPIRE', KEYS[i], ARGV[2]) end
return 1
