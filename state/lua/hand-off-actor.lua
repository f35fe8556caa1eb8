-- HANDOFF: passes an actor on by value of its token. P5. Sent twice: same answer.
-- KEYS: {C/T/K}:a      ARGV: token, next token, next incarnation
-- Returns: 1 when the next token is registered now, else 0
local registered = redis.call('HGET', KEYS[1], 'n')
if registered == ARGV[1] then
  redis.call('HSET', KEYS[1], 'n', ARGV[2], 'inc', ARGV[3])
  return 1
end
return registered == ARGV[2] and 1 or 0
