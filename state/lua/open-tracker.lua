-- TRACKER: begins to count what becomes of a broadcast. Sent twice it stays as it is.
-- KEYS: {C/bc/<id>} itself      ARGV: info, milliseconds that it lives
-- Returns: 1
if redis.call('HSETNX', KEYS[1], 'info', ARGV[1]) == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
