-- INDEX: puts an actor under a tag, ahead of the commit that gives it the tag. The version kept is the highest that anybody announced, so that
-- no request which arrives late takes the entry out; the mark changes with every call, so that nobody removes another entry than he saw.
-- KEYS: {C/tag/<tag>/<0..15>}      ARGV: type/key, version, mark
-- Returns: 1
local stored = redis.call('HGET', KEYS[1], ARGV[1])
local version = stored and stored:match('^%d+') or '0'
if tonumber(ARGV[2]) > tonumber(version) then version = ARGV[2] end
redis.call('HSET', KEYS[1], ARGV[1], version .. ' ' .. ARGV[3])
return 1
