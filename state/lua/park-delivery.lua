-- PARK: appends a delivery to its listener's inbox unless its id is marked as handled. Sent twice it is parked twice: the mark sorts it out. P7.
-- KEYS: {C/T/K} :a :ops :out :in      ARGV: m:sender, sequence, payload
-- Returns: 1, or 0 for a known id
local low, ids = (redis.call('HGET', KEYS[2], ARGV[1]) or '0 ,'):match('^(%d+) (.*)$') -- 'low ,id,id,', as COMMIT writes it
if tonumber(ARGV[2]) < tonumber(low) or ids:find(',' .. ARGV[2] .. ',', 1, true) then return 0 end
redis.call('RPUSH', KEYS[4], ARGV[3])
-- A message for a destroyed actor belongs to its next life.
for i = 1, #KEYS do redis.call('PERSIST', KEYS[i]) end
return 1
