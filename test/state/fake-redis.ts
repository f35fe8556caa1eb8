// A client whose server answers when the test says so, as ioredis shows it to RedisExecutor.
import { EventEmitter } from 'node:events';
import type { RedisArgument, RedisClient, RedisClusterNode } from '../../state/redis-client.js';
import { phase } from './phase.js';

interface Asked {
  readonly name: string;
  readonly args: readonly RedisArgument[];
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A server's own refusal, as ioredis rejects with it. */
export function replyError(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}

/** Scripts are answered at once with `reply`; a WAIT when `answerWait` is called. */
export class FakeRedis extends EventEmitter implements RedisClusterNode {
  status = 'ready';
  stream: NonNullable<RedisClient['stream']> | undefined = { writable: true };
  /** What was sent, in order; of scripts their number of keys and the last of these. */
  readonly sent: string[] = [];
  reply: () => unknown = () => 'done';
  private readonly held: Asked[] = [];

  constructor(readonly options: RedisClusterNode['options'] = {}) {
    super();
  }

  get waits(): number {
    return this.sent.filter((name) => name === 'wait').length;
  }

  callBuffer(name: string, ...args: RedisArgument[]): Promise<unknown> {
    this.sent.push(name === 'evalsha' ? `script ${String(args[2])}` : name);
    if (name !== 'wait') return new Promise((resolve) => resolve(this.reply()));
    return new Promise((resolve, reject) => this.held.push({ name, args, resolve, reject }));
  }

  /** Resolves when a WAIT is on its way. */
  asked(): Promise<void> {
    return phase('a WAIT is asked', () => this.held.length > 0);
  }

  /** Answers the WAIT that is on its way, and comes back when the client has done what follows from that at once. */
  async answerWait(answer: number | Error): Promise<void> {
    await this.asked();
    const { resolve, reject } = this.held.shift()!;
    if (answer instanceof Error) reject(answer);
    else resolve(answer);
    await settled();
  }

  /** The connection breaks and another takes its place; what was on its way is answered there, as ioredis sends it again. */
  reconnect(): void {
    this.stream = { writable: true };
  }

  connect(): Promise<void> {
    return Promise.resolve();
  }

  disconnect(): void {}

  duplicate(): RedisClient {
    return this;
  }
}

/** All that follows from what has happened until now has happened too. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 3; round++) await new Promise((resolve) => setImmediate(resolve));
}

/** A Cluster of two nodes, the first of which has all slots; what is sent to the Cluster itself is answered at once. */
export class FakeRedisCluster extends FakeRedis {
  readonly members = [new FakeRedis({ host: 'a', port: 1 }), new FakeRedis({ host: 'b', port: 2 })] as const;
  slots: string[][] = Array.from({ length: 16_384 }, () => ['a:1', 'b:2']);

  nodes(): readonly RedisClusterNode[] {
    return this.members;
  }
}
