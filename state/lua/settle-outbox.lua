-- SETTLE: takes entries out of an outbox, whoever holds the actor: that an entry is settled stays true. Sent twice: same answer.
-- KEYS: {C/T/K} :out :u :old      ARGV: first and last of each run of sequences
-- Returns: {oldest sequence left, or ''; how many of :u :old exist, for FORGET}
for i = 1, #ARGV, 2 do redis.call('ZREMRANGEBYSCORE', KEYS[1], ARGV[i], ARGV[i + 1]) end
return {redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] or '', redis.call('EXISTS', KEYS[2], KEYS[3])}
