-- FORGET: drops bindings that are over and that only broadcasts older than a version could ask for, a thousand at a time. Sent twice: the same.
-- KEYS: {C/T/K} :a :out :u :old, then each :b:<name>      ARGV: version, or '' = all, if nothing is in :out; each name
-- Returns: how many of :u went (1000: there may be more), or {names that are needed here, ...}
local version, lives, keys, names = ARGV[1], '(' .. ARGV[1], {}, {}
for i = 2, #ARGV do keys[ARGV[i]] = KEYS[i + 3] end
if version == '' then
  if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
  version, lives = '+inf', '+inf'
end
local earlier, over = redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', lives), redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', version, 'LIMIT', 0, 1000)
for _, name in ipairs(earlier) do names[name] = true end
for _, entry in ipairs(over) do names[entry:match('^(.-)%z')] = true end
local needed, isMissing = {}, false
for name in pairs(names) do
  needed[#needed + 1] = name
  isMissing = isMissing or not keys[name]
end
if isMissing then return needed end
for _, name in ipairs(earlier) do
  redis.call('UNLINK', keys[name])
  redis.call('ZREM', KEYS[4], name)
end
for _, entry in ipairs(over) do
  local event, member = entry:match('^(.-)%z(.*)$')
  redis.call('ZREM', keys[event], member)
  redis.call('ZREM', KEYS[3], entry)
  if redis.call('EXISTS', keys[event]) == 0 then redis.call('HDEL', KEYS[1], 'b:' .. event) end
end
return #over
