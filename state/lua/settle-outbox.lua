-- SETTLE: takes entries out of an outbox, whoever holds the actor: that an entry is settled stays true. Sent twice: same answer.
-- KEYS: {C/T/K} :out :u :old      ARGV: sequences
-- Returns: {oldest sequence left, or ''; how many of :u :old exist, for FORGET}
for _, sequence in ipairs(ARGV) do redis.call('ZREMRANGEBYSCORE', KEYS[1], sequence, sequence) end
return {redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] or '', redis.call('EXISTS', KEYS[2], KEYS[3])}
