// RedisMessageStore: the part of RedisStateStore that is about messages. What must be on a replica before it is answered is told there (D1, D5).
import type { ActorId } from '../protocol/actor-id.js';
import type { DirtyPage, ListenerPage, MessageStore, OutboxEntry, ParkedDelivery, SenderMark } from '../protocol/ports/message-store.js';
import { pageStart, readBinding } from './binding-rows.js';
import { toBuffer } from './commit-arguments.js';
import type { ScriptName } from './lua-script.js';
import type { RedisExecutor } from './redis-executor.js';
import type { RedisKeys } from './redis-keys.js';
import { readActorId, readBytes, readList, readMark, readOutboxEntry, readText } from './redis-replies.js';
import type { KeyedExecutor } from './replicated-executor.js';

const SEVEN_DAYS = String(7 * 24 * 3600);
/** Lua's stack takes 8,000 values, and there may be two for each. */
const CHUNK = 3900;
/** What forget-unbound.lua drops at a time. */
const FORGOTTEN = 1000;

/** See `MessageStore`. */
export abstract class RedisMessageStore implements MessageStore {
  protected abstract readonly executor: RedisExecutor;
  /** For what others rely on. */
  protected abstract readonly kept: KeyedExecutor;
  protected abstract readonly keys: RedisKeys;

  async marks(id: ActorId, senders: readonly string[]): Promise<readonly (SenderMark | undefined)[]> {
    if (senders.length === 0) return [];
    const records = readList(await this.executor.command('hmget', this.keys.actor(id).operations, ...senders.map((sender) => `m:${sender}`)));
    return senders.map((sender, i) => readMark(sender, records[i]));
  }

  async outbox(id: ActorId, limit: number, after = 0): Promise<readonly OutboxEntry[]> {
    if (limit < 1) return [];
    const key = this.keys.actor(id).outbox;
    return readList(await this.executor.command('zrangebyscore', key, `(${after}`, '+inf', 'LIMIT', '0', String(limit))).map(readOutboxEntry);
  }

  async settle(id: ActorId, sequences: readonly number[]): Promise<number | undefined> {
    const { outbox, unbound, earlierLives } = this.keys.actor(id);
    let left: readonly unknown[] = [];
    for (const chunk of chunksOf(runsOf(sequences))) left = readList(await this.executor.run('settle-outbox', [outbox, unbound, earlierLives], chunk.flatMap(([first, last]) => [String(first), String(last)])));
    const [oldest, kept] = left;
    if (readText(oldest) !== '') return Number(readText(oldest));
    if (kept !== 0) await this.forgetUnbound(id);
    return undefined;
  }

  async settleShare(id: ActorId, sequence: number, ordinals: readonly number[], total: number): Promise<void> {
    const keys = this.keys.actor(id);
    let isSettled: unknown = 0;
    for (const chunk of chunksOf(ordinals)) {
      isSettled = await this.executor.run('settle-share', [keys.outbox, keys.shares(sequence)], [String(sequence), String(total), SEVEN_DAYS, ...chunk.map(String)]);
    }
    if (isSettled === 1) await this.settle(id, [sequence]);
  }

  async inbox(id: ActorId, limit: number): Promise<readonly Uint8Array[]> {
    if (limit < 1) return [];
    return readList(await this.executor.command('lrange', this.keys.actor(id).inbox, '0', String(limit - 1))).map(readBytes);
  }

  async park(id: ActorId, { sender, sequence, payload }: ParkedDelivery): Promise<'parked' | 'duplicate'> {
    const { row, operations, outbox, inbox } = this.keys.actor(id);
    const args = [`m:${sender}`, String(sequence), toBuffer(payload)];
    const reply = await this.kept.run('park-delivery', [row, operations, outbox, inbox], args, true); // D1
    return reply === 1 ? 'parked' : 'duplicate';
  }

  async listeners(id: ActorId, event: string, version: number, limit: number, cursor?: string): Promise<ListenerPage> {
    const actor = this.keys.actor(id);
    const count = Math.max(1, limit);
    let reply: unknown;
    for (let name = event; !Array.isArray(reply); name = Array.isArray(reply) ? name : readText(reply)) {
      const args = [event, String(version), pageStart(cursor), String(count), name];
      reply = await this.executor.run('list-listeners', [actor.earlierLives, actor.bindings(name)], args);
    }
    const bindings = reply.map((member) => readBinding(readText(member), version));
    const listeners = bindings.filter(({ isBound }) => isBound).map(({ listener }) => listener);
    return bindings.length < count ? { listeners } : { listeners, cursor: bindings.at(-1)?.cursor };
  }

  async forgetUnbound(id: ActorId, version?: number): Promise<void> {
    const { row, outbox, unbound, earlierLives } = this.keys.actor(id);
    const args = [version === undefined ? '' : String(version)];
    while ((await this.runNaming(id, this.executor, 'forget-unbound', [row, outbox, unbound, earlierLives], args)) === FORGOTTEN);
  }

  async noteDirty(incarnation: string, ids: readonly ActorId[]): Promise<boolean> {
    const key = this.keys.dirty(incarnation);
    for (const chunk of chunksOf(ids)) {
      if ((await this.kept.run('note-dirty', [key], chunk.map(writeActorId), true)) !== 1) return false; // D5
    }
    return true;
  }

  async dirty(incarnation: string, limit: number, cursor = '0'): Promise<DirtyPage> {
    const [next, members] = readList(await this.executor.command('sscan', this.keys.dirty(incarnation), cursor, 'COUNT', String(Math.max(1, limit))));
    const ids = readList(members).map(readText).filter((member) => member !== '').map(readActorId);
    return readText(next) === '0' ? { ids } : { ids, cursor: readText(next) };
  }

  async clean(incarnation: string, ids: readonly ActorId[]): Promise<void> {
    const key = this.keys.dirty(incarnation);
    for (const chunk of chunksOf(ids)) await this.executor.run('clean-dirty', [key], ['0', SEVEN_DAYS, ...chunk.map(writeActorId)]);
  }

  async sealDirty(incarnation: string): Promise<void> {
    await this.kept.run('clean-dirty', [this.keys.dirty(incarnation)], ['1', SEVEN_DAYS], true); // D5
  }

  /** Runs a script that says which bindings' keys it needs, until it has them: it may touch no key that was not named. */
  protected async runNaming(id: ActorId, executor: KeyedExecutor, script: ScriptName, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const actor = this.keys.actor(id);
    for (let names: readonly string[] = []; ; ) {
      const reply = await executor.run(script, [...keys, ...names.map((name) => actor.bindings(name))], [...args, ...names]);
      if (!Array.isArray(reply)) return reply;
      names = reply.map(readText);
    }
  }
}

function writeActorId({ type, key }: ActorId): string {
  return `${type}/${key}`;
}

/** First and last of those that follow each other without a gap. */
function runsOf(sequences: readonly number[]): readonly (readonly [first: number, last: number])[] {
  const runs: [number, number][] = [];
  for (const sequence of [...sequences].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && sequence <= run[1] + 1) run[1] = sequence;
    else runs.push([sequence, sequence]);
  }
  return runs;
}

/** At least one, which is empty when there is nothing. */
function chunksOf<T>(values: readonly T[]): readonly (readonly T[])[] {
  if (values.length <= CHUNK) return [values];
  return Array.from({ length: Math.ceil(values.length / CHUNK) }, (_, i) => values.slice(i * CHUNK, (i + 1) * CHUNK));
}
