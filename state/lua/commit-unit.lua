-- COMMIT: applies one unit of work whole or not at all; sent twice it changes once. P2, P3, P7. The order of the checks is protocol.md §2's.
-- KEYS: {C/T/K} :a, and when more than :a is touched :ops :out :in :r :u, then each :b:<event> that is named
-- ARGV: token, commit id, expected version, 1 if :out is touched, number of operations, twice the number of messages; o:id of each operation;
--   m:sender, id of each message; then steps, each as name, index in KEYS, count, arguments. A name is a Redis command, or MARK or BIND below.
-- Returns: {OK, v, first of :out if it is touched} {FENCED, token, incarnation} {DUP, o:id} {DUP, m:sender, id} {REGRESSED, v} {CONFLICT, v}
local row, at, steps = redis.call('HMGET', KEYS[1], 'n', 'inc', 'v', 'c'), 7 + ARGV[5] + ARGV[6], {}
if row[1] ~= ARGV[1] then return {'FENCED', row[1] or '', row[2] or ''} end
local version, expected = tonumber(row[3] or '0'), tonumber(ARGV[3])
local function ok(v) return {'OK', v, ARGV[4] == '1' and redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')[2] or nil} end
if row[4] == ARGV[2] then return ok(version) end
local marks = {} -- Each is read once, and written once.
local function mark(sender)
  marks[sender] = marks[sender] or redis.call('HGET', KEYS[2], sender) or '0 ,'
  return marks[sender]:match('^(%d+) (.*)$') -- 'low ,id,id,'
end
for i = 7, 6 + ARGV[5] do if redis.call('HEXISTS', KEYS[2], ARGV[i]) == 1 then return {'DUP', ARGV[i]} end end
for i = 7 + ARGV[5], at - 1, 2 do
  local low, ids = mark(ARGV[i])
  if tonumber(ARGV[i + 1]) < tonumber(low) or ids:find(',' .. ARGV[i + 1] .. ',', 1, true) then return {'DUP', ARGV[i], ARGV[i + 1]} end
end
if version ~= expected then return {version < expected and 'REGRESSED' or 'CONFLICT', version} end
function steps.MARK(_, key, sender, carriedLow, carriedIds) -- Ids leave from the front: one below low that stays behind a later one says nothing new.
  local low, ids, from = mark(sender)
  if tonumber(carriedLow) > tonumber(low) then low = carriedLow end
  for id, behind in (ids .. carriedIds):gmatch('(%d+)()') do
    if tonumber(id) >= tonumber(low) then break end
    from = behind
  end
  marks[sender] = low .. ' ' .. (ids .. carriedIds):sub(from or 1)
  redis.call('HSET', key, sender, marks[sender])
end
function steps.BIND(_, key, event, listener, isBound) -- A member is 'listener\0bound', with ' unbound' behind it when that is over (binding-rows.ts).
  local live
  for _, member in ipairs(redis.call('ZRANGEBYLEX', key, '[' .. listener .. '\0', '(' .. listener .. '\1')) do live = member:find('%z%d+$') and member or live end
  if (live ~= nil) == (isBound == '1') then return end
  if live then redis.call('ZREM', key, live) else redis.call('ZADD', key, 0, listener .. '\0' .. expected + 1) end
  if live and not live:find('%z' .. expected + 1 .. '$') and redis.call('EXISTS', KEYS[3]) == 1 then -- Earlier broadcasts still go there.
    redis.call('ZADD', key, 0, live .. ' ' .. expected + 1)
    redis.call('ZADD', KEYS[6], expected + 1, event .. '\0' .. live .. ' ' .. expected + 1)
  end
  if redis.call('HINCRBY', KEYS[1], 'b:' .. event, live and -1 or 1) == 0 and redis.call('EXISTS', key) == 0 then redis.call('HDEL', KEYS[1], 'b:' .. event) end
end
while ARGV[at] do -- The HSET that brings the new v and c is one of them.
  local step, last = steps[ARGV[at]] or redis.call, at + 2 + ARGV[at + 2]
  step(ARGV[at], KEYS[tonumber(ARGV[at + 1])], unpack(ARGV, at + 3, last))
  at = last + 1
end
return ok(expected + 1)
