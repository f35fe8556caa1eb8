-- Reads what became of a broadcast.
-- KEYS: {C/bc/<id>} itself, :got :done :bad :why      ARGV: none
-- Returns: {total ('' = unknown), received, processed, failed, info, record of a failure, ...}, or {} when the tracker is unknown
local row = redis.call('HMGET', KEYS[1], 'total', 'info')
if not row[2] then return {} end
local function count(k) return redis.call('BITCOUNT', KEYS[k]) end
return {row[1] or '', count(2), count(3), count(4), row[2], unpack(redis.call('ZRANGE', KEYS[5], 0, -1))}
