-- NOTE: writes down which call has this place among those of a message's turn, unless something stands there. Sent twice the first stands.
-- KEYS: {C/calls/<id>} itself      ARGV: ordinal, hash, milliseconds that it lives from its first call
-- Returns: {1 | 0: it was written now, what stands there}
local isNew = redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
if isNew == 1 and redis.call('HLEN', KEYS[1]) == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return {isNew, redis.call('HGET', KEYS[1], ARGV[1])}
