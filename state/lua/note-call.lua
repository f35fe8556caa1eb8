-- NOTE: writes down which call has this place among those of a message's turn, unless something stands there. Sent twice it answers the same.
-- KEYS: {C/calls/<id>} itself      ARGV: ordinal, what to write, milliseconds that it lives from its first call
-- Returns: what stands there
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 and redis.call('HLEN', KEYS[1]) == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return redis.call('HGET', KEYS[1], ARGV[1])
