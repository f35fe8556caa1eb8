-- LISTENERS: one page of an event's bindings as they stood in the life that made a version. That life's key has to be named, since where a slot
-- is on its way to another node a script may touch no key that was not.
-- KEYS: {C/T/K} :old :b:<name>      ARGV: event, version, lower bound of members, limit, name
-- Returns: {'listener\0bound' or 'listener\0bound unbound', ...}, or the name that is right here
local name = ARGV[1]
for _, entry in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[2], '+inf')) do
  if entry:match('^(.*)@') == ARGV[1] then
    name = entry
    break
  end
end
if name ~= ARGV[5] then return name end
return redis.call('ZRANGEBYLEX', KEYS[2], ARGV[3], '+', 'LIMIT', 0, ARGV[4])
