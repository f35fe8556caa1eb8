-- TOUCH: a write of no effect, after which a WAIT on this connection waits for everything that the server had written before (protocol.md §7).
-- KEYS: a name in the slot that is free outside this script
-- Returns: 1
redis.call('SET', KEYS[1], '')
return redis.call('DEL', KEYS[1])
