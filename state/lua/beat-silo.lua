-- BEAT: moves an incarnation's counter while it is up in the store that it joined. P4.
-- KEYS: {C/m} :silos :hb :epoch :genesis :addr      ARGV: incarnation, genesis, load ('' = leave it as it is)
-- Returns: {OK, epoch} {DEAD} {GENESIS, the one found or ''}
local genesis = redis.call('GET', KEYS[4])
if genesis ~= ARGV[2] then return {'GENESIS', genesis or ''} end
if redis.call('HGET', KEYS[1], ARGV[1]) ~= 'up' then return {'DEAD'} end
redis.call('HINCRBY', KEYS[2], ARGV[1], 1)
if ARGV[3] ~= '' then redis.call('HSET', KEYS[5], '~' .. ARGV[1], ARGV[3]) end
return {'OK', redis.call('GET', KEYS[3])}
