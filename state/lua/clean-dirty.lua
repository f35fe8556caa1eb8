-- CLEAN: strikes actors out of a dead or living silo's set, and with SEAL closes it: the member '' says so. A sealed set expires once it is empty.
-- KEYS: {C/dirty/<inc>}      ARGV: 1 to seal, seconds that an empty sealed set is kept, type/key of each
-- Returns: 1
if ARGV[1] == '1' then redis.call('SADD', KEYS[1], '') end
if #ARGV > 2 then redis.call('SREM', KEYS[1], unpack(ARGV, 3)) end
if redis.call('SCARD', KEYS[1]) == 1 and redis.call('SISMEMBER', KEYS[1], '') == 1 then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return 1
