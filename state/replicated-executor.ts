// ReplicatedExecutor. Owns: the commands that were executed and wait for a replica. Does not own: how a command finds its server (RedisExecutor).
//   R1. A command settles with its answer only when a replica has all that the answer rests on: after the answer a WAIT was sent on the same
//       connection, and counted one. WAIT speaks of what its own connection has written; on another it says nothing.
//   R2. When that connection is gone before, nobody knows whether the write survives. The command is carried out again, as all here are safe to
//       send twice: that makes good what a failover lost. It may find its work done and write nothing; so a write of no effect follows it, and
//       WAIT waits for that one and all before it. The same goes for commands whose first answer may rest on what others wrote.
//   R3. No replica in time is no answer: it waits on, until there is one, the connection is gone (R2), or the client ends or `stop` is called;
//       then it rejects, and the outcome is unknown.
import type { Logger } from '../protocol/ports/logger.js';
import type { LuaScript, ScriptName } from './lua-script.js';
import type { RedisArgument, RedisClient } from './redis-client.js';
import { RedisExecutor } from './redis-executor.js';
import { touchKey } from './redis-keys.js';
import { nodeAt, nodeOf } from './redis-nodes.js';
import { ReplicaWait } from './replica-wait.js';

/** What runs commands and scripts, each on the slot of its first key. */
export interface KeyedExecutor {
  /** With `restsOnOthers` the answer may say what others wrote, without a write of its own. */
  run(script: ScriptName | LuaScript, keys: readonly string[], args: readonly RedisArgument[], restsOnOthers?: boolean): Promise<unknown>;
  command(name: string, key: string, ...args: readonly RedisArgument[]): Promise<unknown>;
}

/** One server by one connection. */
interface Line {
  readonly client: RedisClient;
  readonly executor: RedisExecutor;
  readonly replicas: ReplicaWait;
}

/** A command under way: `send` may be called again. */
interface Work {
  readonly key: string;
  send(executor: RedisExecutor): Promise<unknown>;
  mustTouch: boolean;
}

/** As the executor that it is made of, but that nothing is answered before it is on a replica. */
export class ReplicatedExecutor implements KeyedExecutor {
  private readonly lines = new Map<RedisClient, Line>();

  /** `executor` sends again what broke off; it is stopped with this one. */
  constructor(private readonly executor: RedisExecutor, private readonly log?: Pick<Logger, 'warn' | 'info'>) {}

  run(script: ScriptName | LuaScript, keys: readonly string[], args: readonly RedisArgument[], restsOnOthers = false): Promise<unknown> {
    return this.keep({ key: keys[0]!, send: (executor) => executor.run(script, keys, args), mustTouch: restsOnOthers });
  }

  command(name: string, key: string, ...args: readonly RedisArgument[]): Promise<unknown> {
    return this.keep({ key, send: (executor) => executor.command(name, key, ...args), mustTouch: true });
  }

  /** Rejects what is under way. Idempotent. */
  stop(): void {
    this.executor.stop();
    for (const { executor } of this.lines.values()) executor.stop();
  }

  private async keep(work: Work): Promise<unknown> {
    for (;;) {
      const kept = await this.tryOnce(work);
      if (kept) return kept.reply;
      // R2. On a cluster this finds the way, whatever has moved. It rejects when no answer can come (R3), and when the command itself is wrong.
      await work.send(this.executor);
      work.mustTouch = true;
      await new Promise((resolve) => setImmediate(resolve)); // What goes wrong again at once must not keep the loop for itself.
    }
  }

  /** `undefined`: nobody knows. */
  private async tryOnce(work: Work): Promise<{ readonly reply: unknown } | undefined> {
    const { client } = this.executor;
    const node = client.nodes ? nodeOf(client, work.key) : client;
    if (!node) return undefined;
    try {
      return await this.tryOn(node, work, false);
    } catch (error) {
      const importing = this.importingNode(error);
      return importing && (await this.tryOn(importing, work, true).catch(() => undefined));
    }
  }

  private async tryOn(node: RedisClient, work: Work, isImporting: boolean): Promise<{ readonly reply: unknown } | undefined> {
    const line = this.lineTo(node);
    const { stream } = node;
    const send = (act: () => Promise<unknown>): Promise<unknown> => {
      if (isImporting) line.executor.command('asking').catch(() => undefined); // It would fail as what follows it does.
      return act();
    };
    const sent = [send(() => work.send(line.executor))];
    if (work.mustTouch) sent.push(send(() => line.executor.command('set', touchKey(work.key), '', 'PX', '1')));
    const [reply] = await Promise.all(sent);
    return stream !== undefined && (await isKept(line, stream)) ? { reply } : undefined;
  }

  /** In the middle of a slot's move what is gone already is at the node that ASK names, for whoever says ASKING. */
  private importingNode(error: unknown): RedisClient | undefined {
    const [, address] = /^ASK \d+ (\S+)/.exec(error instanceof Error ? error.message : '') ?? [];
    return address === undefined ? undefined : nodeAt(this.executor.client, address);
  }

  private lineTo(client: RedisClient): Line {
    const known = this.lines.get(client);
    if (known) return known;
    const executor = new RedisExecutor(client, false);
    const line = { client, executor, replicas: new ReplicaWait(executor, this.log) };
    this.lines.set(client, line);
    client.on('end', () => this.lines.delete(client)); // A node of a cluster; another client takes its place.
    return line;
  }
}

/** R1, R3. */
async function isKept({ client, replicas }: Line, stream: RedisClient['stream']): Promise<boolean> {
  while (client.stream === stream) {
    if ((await replicas.isReplicated()) && client.stream === stream) return true;
  }
  return false;
}
