-- DIRTY: adds to the set of actors that somebody must look after when this silo dies, unless it is sealed. Sent twice: the same.
-- KEYS: {C/dirty/<inc>}      ARGV: type/key of each
-- Returns: 1, or 0 when the set is sealed
if redis.call('SISMEMBER', KEYS[1], '') == 1 then return 0 end
if #ARGV > 0 then redis.call('SADD', KEYS[1], unpack(ARGV)) end
return 1
