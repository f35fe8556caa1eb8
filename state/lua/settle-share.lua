-- SETTLE SHARE: notes which of a message's listeners are through with it. Sent twice it notes once; of a message that has left the outbox, nothing.
-- KEYS: {C/T/K} :out :s      ARGV: sequence, how many listeners it has, seconds to keep, ordinals
-- Returns: 1 when all of them are: settle it
if redis.call('ZCOUNT', KEYS[1], ARGV[1], ARGV[1]) == 0 then return 0 end
for i = 4, #ARGV do redis.call('SETBIT', KEYS[2], ARGV[i], 1) end
redis.call('EXPIRE', KEYS[2], ARGV[3])
if redis.call('BITCOUNT', KEYS[2]) < tonumber(ARGV[2]) then return 0 end
redis.call('DEL', KEYS[2])
return 1
