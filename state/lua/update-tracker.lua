-- TRACK: notes what became of deliveries of a broadcast, each a bit at its ordinal: in any order, and as often as it is sent.
-- KEYS: {C/bc/<id>} itself, :got :done :bad :why      ARGV: total ('' = not said), most failures kept, number received, number processed,
--   the ordinals of both, then of each failure its ordinal and record
-- Returns: {total ('' = unknown), received, processed, failed}, or {} when the tracker is unknown
local left, done = redis.call('PTTL', KEYS[1]), 5 + ARGV[3]
if left <= 0 then return {} end
if ARGV[1] ~= '' then redis.call('HSETNX', KEYS[1], 'total', ARGV[1]) end
local bad = done + ARGV[4]
for i = 5, bad - 1 do redis.call('SETBIT', KEYS[2], ARGV[i], 1) end
for i = done, bad - 1 do redis.call('SETBIT', KEYS[3], ARGV[i], 1) end
for i = bad, #ARGV, 2 do
  for k = 2, 4 do redis.call('SETBIT', KEYS[k], ARGV[i], 1) end
  if redis.call('ZCOUNT', KEYS[5], ARGV[i], ARGV[i]) == 0 then redis.call('ZADD', KEYS[5], ARGV[i], ARGV[i + 1]) end
end
redis.call('ZREMRANGEBYRANK', KEYS[5], ARGV[2], -1)
for k = 2, 5 do redis.call('PEXPIRE', KEYS[k], left) end
local function count(k) return redis.call('BITCOUNT', KEYS[k]) end
return {redis.call('HGET', KEYS[1], 'total') or '', count(2), count(3), count(4)}
