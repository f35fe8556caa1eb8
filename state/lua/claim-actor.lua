-- CLAIM: installs a token on a free actor, or in place of the token it expects, and reads the row in the same step. P5. Sent twice: same answer.
-- KEYS: {C/T/K} :a :ops :out :in :r      ARGV: token, incarnation, expected token ('' = free)
-- Returns: {row as field, value, ...; :out, :in, :r exist as 0 or 1}, or {registered token ('' = free), its incarnation}
local registered = redis.call('HGET', KEYS[1], 'n') or ''
if registered ~= ARGV[1] then
  if registered ~= ARGV[3] then
    return {registered, redis.call('HGET', KEYS[1], 'inc') or ''}
  end
  -- Only a destroyed actor's keys expire; what is alive never does.
  if redis.call('PERSIST', KEYS[1]) == 1 then
    for i = 2, #KEYS do redis.call('PERSIST', KEYS[i]) end
  end
  redis.call('HSET', KEYS[1], 'n', ARGV[1], 'inc', ARGV[2])
  redis.call('HINCRBY', KEYS[1], 'ep', 1)
end
return {
  redis.call('HGETALL', KEYS[1]),
  redis.call('EXISTS', KEYS[3]), redis.call('EXISTS', KEYS[4]), redis.call('EXISTS', KEYS[5]),
}
