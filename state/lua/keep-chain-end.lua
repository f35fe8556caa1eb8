-- CHAIN END: keeps how a chain of tail calls ended, unless that is kept. Sent twice the first stands.
-- KEYS: {C/ended/<id>} itself      ARGV: what is kept, milliseconds that it lives
-- Returns: 1 | 0: it was written now
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0
