-- COMMIT: applies units of work, each whole or not at all; sent twice one changes once. P2, P3, P7. The order of the checks is protocol.md §2's.
-- Some of different actors go together where keys may be of different slots. One that fails leaves the others alone; its caller sends it by itself.
-- KEYS: of each unit {C/T/K} :a, then :ops when it has marks or operations alone, else :ops :out :in :r :u and each :b:<event> that is named
-- ARGV: MessagePack of the units, each {number of its keys, token, commit id, expected version, 1 if :out is touched, {o:id of each operation},
--   {{m:sender, low, ids of messages}, of each sender}, then steps}; a step is {name, index in its keys, arguments}, a name a Redis command or BIND.
-- Returns: of each unit {OK, v, first of :out if it is touched} {FENCED, token, incarnation} {DUP, o:id} {DUP, m:sender, id} {REGRESSED, v}
--   {CONFLICT, v} {FAILED}; the error itself when there is nothing but errors
local base, expected, steps = 0, 0, {} -- All but the steps: of the unit at hand.
local function parse(mark) return mark:match('^(%d+) (.*)$') end -- 'low ,id,id,'
local function readMarks(marks) -- By sender: most units have few, and all are read at once.
  local senders, found = {}, {}
  for i, mark in ipairs(marks) do senders[i] = mark[1] end
  for from = 1, #senders, 4000 do
    local last = math.min(from + 3999, #senders)
    for i, stored in ipairs(redis.call('HMGET', KEYS[base + 2], unpack(senders, from, last))) do found[senders[from + i - 1]] = stored or '0 ,' end
  end
  return found
end
local function known(marks, found)
  for _, mark in ipairs(marks) do
    local low, ids = parse(found[mark[1]])
    for i = 3, #mark do
      if tonumber(mark[i]) < tonumber(low) or ids:find(',' .. mark[i] .. ',', 1, true) then return {'DUP', mark[1], mark[i]} end
    end
  end
end
local function writeMarks(marks, found) -- Ids leave from the front: one below low that stays behind a later one says nothing new.
  local written = {}
  for _, mark in ipairs(marks) do
    local sender, carriedLow = mark[1], mark[2]
    local low, ids, from = parse(found[sender])
    if tonumber(carriedLow) > tonumber(low) then low = carriedLow end
    if mark[3] then ids = ids .. table.concat(mark, ',', 3) .. ',' end
    for id, behind in ids:gmatch('(%d+)()') do
      if tonumber(id) >= tonumber(low) then break end
      from = behind
    end
    found[sender] = low .. ' ' .. ids:sub(from or 1)
    written[#written + 1] = sender
    written[#written + 1] = found[sender]
  end
  for from = 1, #written, 4000 do redis.call('HSET', KEYS[base + 2], unpack(written, from, math.min(from + 3999, #written))) end
end
function steps.BIND(_, key, event, listener, isBound) -- A member is 'listener\0bound', with ' unbound' behind it when that is over (binding-rows.ts).
  local row, live = KEYS[base + 1]
  for _, member in ipairs(redis.call('ZRANGEBYLEX', key, '[' .. listener .. '\0', '(' .. listener .. '\1')) do live = member:find('%z%d+$') and member or live end
  if (live ~= nil) == (isBound == '1') then return end
  if live then redis.call('ZREM', key, live) else redis.call('ZADD', key, 0, listener .. '\0' .. expected + 1) end
  if live and not live:find('%z' .. expected + 1 .. '$') and redis.call('EXISTS', KEYS[base + 3]) == 1 then -- Earlier broadcasts still go there.
    redis.call('ZADD', key, 0, live .. ' ' .. expected + 1)
    redis.call('ZADD', KEYS[base + 6], expected + 1, event .. '\0' .. live .. ' ' .. expected + 1)
  end
  if redis.call('HINCRBY', row, 'b:' .. event, live and -1 or 1) == 0 and redis.call('EXISTS', key) == 0 then redis.call('HDEL', row, 'b:' .. event) end
end
local function commit(unit)
  local row, operations, marks = redis.call('HMGET', KEYS[base + 1], 'n', 'inc', 'v', 'c'), unit[6], unit[7]
  if row[1] ~= unit[2] then return {'FENCED', row[1] or '', row[2] or ''} end
  local version = tonumber(row[3] or '0')
  expected = tonumber(unit[4])
  local function ok(v) return {'OK', v, unit[5] == 1 and redis.call('ZRANGE', KEYS[base + 3], 0, 0, 'WITHSCORES')[2] or nil} end
  if row[4] == unit[3] then return ok(version) end
  for _, id in ipairs(operations) do if redis.call('HEXISTS', KEYS[base + 2], id) == 1 then return {'DUP', id} end end
  local found = #marks > 0 and readMarks(marks)
  local duplicate = found and known(marks, found)
  if duplicate then return duplicate end
  if version ~= expected then return {version < expected and 'REGRESSED' or 'CONFLICT', version} end
  for i = 8, #unit do -- The HSET that brings the new v and c is one of them.
    local step = unit[i]
    local act = steps[step[1]] or redis.call
    act(step[1], KEYS[base + step[2]], unpack(step, 3))
  end
  if found then writeMarks(marks, found) end
  return ok(expected + 1)
end
local answers, failed, failure = {}, 0, nil
for i, unit in ipairs(cmsgpack.unpack(ARGV[1])) do
  local isDone, answer = pcall(commit, unit)
  if not isDone then failed, failure = failed + 1, answer end
  answers[i] = isDone and answer or {'FAILED'}
  base = base + unit[1]
end
if failed == #answers then return type(failure) == 'table' and failure or redis.error_reply(failure) end -- A server that writes nothing says so itself.
return answers
