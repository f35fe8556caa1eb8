// HandBack: what the worker of a dead silo held goes back to the head of its queue at once; without this, when its lock has ended (≤ 7 s).
//   HB1. Only locks that were there at the look are broken, by their value: who has a batch by now holds another one. So it may arrive late, and twice.
//   HB2. The batch stays active, and keeps all others waiting, until BullMQ's own check moves it: nothing overtakes it. Every worker begins with one.
import { QueueKeys } from 'bullmq';
import { makeScript } from '../../state/lua-script.js';
import type { RedisExecutor } from '../../state/redis-executor.js';

const SCRIPT = makeScript('hand back batches', `
for i = 2, #ARGV, 2 do
  local lock = ARGV[1] .. ARGV[i] .. ':lock'
  if redis.call('GET', lock) == ARGV[i + 1] then redis.call('DEL', lock) end
  redis.call('SADD', KEYS[1], ARGV[i])
end
redis.call('DEL', KEYS[2])
return 1
`);

/** Resolves when the next worker's first check finds what the dead one's held. Its silo must be dead: one that lives would have its batch twice. */
export async function handBack(executor: Pick<RedisExecutor, 'run' | 'command'>, prefix: string, queue: string): Promise<void> {
  const keys = new QueueKeys(prefix);
  const { active, stalled, 'stalled-check': check } = keys.getKeys(queue);
  const ids = ((await executor.command('lrange', active!, '0', '-1')) as readonly Buffer[]).map(String);
  const locks = (await Promise.all(ids.map((id) => executor.command('get', keys.toKey(queue, `${id}:lock`))))) as readonly (Buffer | null)[];
  const held = ids.map((id, at) => [id, locks[at]?.toString() ?? '']);
  if (held.length > 0) await executor.run(SCRIPT, [stalled!, check!], [keys.toKey(queue, ''), ...held.flat()]);
}
