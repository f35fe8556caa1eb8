-- RELEASE: frees an actor by value of its token (P5). A row that says nothing (never committed, nothing parked) vanishes.
-- KEYS: {C/T/K} :a :ops :out :in :r :src :sub      ARGV: token, seconds that a destroyed actor's rest is kept
-- Returns: 1, or 0 when the token is not the registered one
if redis.call('HGET', KEYS[1], 'n') ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'n', 'inc')
local row = redis.call('HMGET', KEYS[1], 'v', 'dv')
local version, destroyedVersion = row[1] or '0', row[2]
if version == '0' and redis.call('EXISTS', unpack(KEYS, 2)) == 0 then
  redis.call('UNLINK', KEYS[1])
elseif destroyedVersion == version and redis.call('EXISTS', KEYS[4]) == 0 then
  -- Nothing was committed since the destroy: what it left still goes.
  for i = 1, #KEYS do redis.call('EXPIRE', KEYS[i], ARGV[2]) end
end
return 1
