-- UNINDEX: takes an actor out from under a tag by value: unless the entry announces a later version, or is another one than was seen.
-- KEYS: {C/tag/<tag>/<0..15>}      ARGV: type/key, version ('' = any), entry as it was seen ('' = any)
-- Returns: 1, or 0 when nothing was taken out
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if not stored then return 0 end
if ARGV[2] ~= '' and tonumber(stored:match('^%d+')) > tonumber(ARGV[2]) then return 0 end
if ARGV[3] ~= '' and stored ~= ARGV[3] then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])
