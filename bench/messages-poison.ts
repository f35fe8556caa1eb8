// Messages of which some fail at every attempt, beside as many without these, in turns: how much the good ones lose by them.
//   node dist/bench/messages-poison.js [--redis redis://127.0.0.1:6379|cluster] [--messages 20000] [--emitters 100] [--listeners 1000] [--per-turn 20] [--poison-every 100] [--rounds 3]
// Without `--redis` it starts one of its own. Each round checks that the dead letters are the poison and nothing else.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startSilo } from '../silo/index.js';
import { Sink, Source } from './messages/actors.js';
import { ToldLoad } from './messages/told-load.js';
import { openBenchRedis, redisSource } from './support/bench-redis.js';
import { atLeast, atMost, finish } from './support/report.js';
import { median } from './support/rounds.js';

const { values } = parseArgs({
  options: {
    redis: { type: 'string' }, messages: { type: 'string', default: '20000' }, emitters: { type: 'string', default: '100' }, listeners: { type: 'string', default: '1000' },
    'per-turn': { type: 'string', default: '20' }, 'poison-every': { type: 'string', default: '100' }, rounds: { type: 'string', default: '3' },
  },
});
const [messages, emitters, listeners, perTurn, poisonEvery, rounds] =
  [values.messages, values.emitters, values.listeners, values['per-turn'], values['poison-every'], values.rounds].map(Number) as [number, number, number, number, number, number];
const perEmitter = Math.ceil(messages / emitters / poisonEvery) * poisonEvery;
const LIMIT_MS = 30_000;

await using redis = await openBenchRedis(values.redis);
const silo = await startSilo({ modules: [Source, Sink], redis: redisSource(redis.text), cluster: `poison-${randomUUID()}`, log: 'silent' });
const load = new ToldLoad(silo, { emitters, listeners, perTurn });
await load.run(perEmitter);

const clean: number[] = [];
const poisoned: number[] = [];
let expected = 0;
let strangers = 0;
for (let round = 0; round < rounds; round++) {
  clean.push((await load.run(perEmitter)).perSecond);
  poisoned.push((await load.run(perEmitter, poisonEvery)).perSecond);
  expected += emitters * (perEmitter / poisonEvery);
  await until(expected);
}
const letters = await silo.deadLetters.count();
for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
  const page = await silo.deadLetters.list({ limit: 1000, ...(cursor !== undefined && { cursor }) });
  strangers += page.letters.filter(({ error, attempts }) => !error.message.includes('poison') || attempts !== 3).length;
  ({ cursor } = page);
}
await silo.stop();

console.table([{ name: 'without poison', perSecond: Math.round(median(clean)) }, { name: `1 in ${poisonEvery} poison, the good ones`, perSecond: Math.round(median(poisoned)) }]);
finish({
  bench: 'messages-poison', settings: { messages, emitters, listeners, perTurn, poisonEvery, rounds }, figures: { clean, poisoned, letters, expected },
  goals: [
    atLeast('good messages per second, of the run without poison', median(poisoned) / median(clean), 0.9),
    atLeast('dead letters', letters, expected),
    atMost('dead letters that are none of the poison', letters - expected + strangers, 0),
  ],
});

/** All the poison has had its attempts. */
async function until(count: number): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  while ((await silo.deadLetters.count()) < count) {
    if (performance.now() > end) return;
    await delay(20);
  }
}
