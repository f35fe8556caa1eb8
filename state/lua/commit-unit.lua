-- COMMIT: applies one unit of work whole or not at all; sent twice it changes once. P2, P3, P7. The order of the checks is protocol.md §2's.
-- KEYS: {C/T/K} :a, and when more than :a is touched :ops :out :in :r, then each :b:<event> that is named
-- ARGV: token, commit id, expected version, number of operations, twice the number of messages; o:id of each operation; m:sender, id of each message;
--   then steps, each as name, index in KEYS, count, arguments. A name is a Redis command, or MARK, SETTLE, BIND below.
-- Returns: {OK, v} {FENCED, token, incarnation} {DUP, o:id} {DUP, m:sender, id} {REGRESSED, v} {CONFLICT, v}
local row, at, steps = redis.call('HMGET', KEYS[1], 'n', 'inc', 'v', 'c'), 6 + ARGV[4] + ARGV[5], {}
if row[1] ~= ARGV[1] then return {'FENCED', row[1] or '', row[2] or ''} end
local version, expected = tonumber(row[3] or '0'), tonumber(ARGV[3])
if row[4] == ARGV[2] then return {'OK', version} end
local function mark(sender) return (redis.call('HGET', KEYS[2], sender) or '0 ,'):match('^(%d+) (.*)$') end -- 'low ,id,id,'
for i = 6, 5 + ARGV[4] do if redis.call('HEXISTS', KEYS[2], ARGV[i]) == 1 then return {'DUP', ARGV[i]} end end
for i = 6 + ARGV[4], at - 1, 2 do
  local low, ids = mark(ARGV[i])
  if tonumber(ARGV[i + 1]) < tonumber(low) or ids:find(',' .. ARGV[i + 1] .. ',', 1, true) then return {'DUP', ARGV[i], ARGV[i + 1]} end
end
if version ~= expected then return {version < expected and 'REGRESSED' or 'CONFLICT', version} end
function steps.MARK(_, key, sender, carriedLow, carriedIds)
  local low, ids = mark(sender)
  if tonumber(carriedLow) > tonumber(low) then low = carriedLow end
  redis.call('HSET', key, sender, low .. ' ' .. (ids .. carriedIds):gsub('(%d+),', function(id) if tonumber(id) < tonumber(low) then return '' end end))
end
function steps.SETTLE(_, key, sequence) -- An entry is two elements: '#sequence', '=payload'.
  local index = redis.call('LPOS', key, sequence)
  if not index then return end
  for i = index, index + 1 do redis.call('LSET', key, i, 'settled') end
  redis.call('LREM', key, 2, 'settled')
end
function steps.BIND(_, key, event, listener, isBound)
  local change = isBound == '1' and redis.call('ZADD', key, 'NX', expected + 1, listener) or isBound == '0' and -redis.call('ZREM', key, listener)
  if change ~= 0 and redis.call('HINCRBY', KEYS[1], event, change) == 0 then redis.call('HDEL', KEYS[1], event) end
end
while ARGV[at] do -- The HSET that brings the new v and c is one of them.
  local step, last = steps[ARGV[at]] or redis.call, at + 2 + ARGV[at + 2]
  step(ARGV[at], KEYS[tonumber(ARGV[at + 1])], unpack(ARGV, at + 3, last))
  at = last + 1
end
return {'OK', expected + 1}
