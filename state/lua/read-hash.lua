-- Reads a hash whole. A script, because ioredis turns HGETALL's own reply into an object, and a field may be called __proto__.
-- KEYS: any hash      ARGV: none
-- Returns: {field, value, ...}
return redis.call('HGETALL', KEYS[1])
