// RedisExecutor. Owns: the commands that are under way on one client. Does not own: the client's connection.
//   X1. Every command settles exactly once: with Redis's answer, or with an error once the client has ended or `stop` was called.
//   X2. Resending, a command whose connection broke is sent again until it is answered: only for commands that are safe to send twice.
import { LinkLostError } from '../protocol/errors/index.js';
import { loadScript, type LuaScript, type ScriptName } from './lua-script.js';
import type { RedisArgument, RedisClient } from './redis-client.js';

interface PendingCommand {
  readonly name: string;
  readonly args: readonly RedisArgument[];
  readonly script: LuaScript | undefined;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Sends commands and scripts over one ioredis client, written to its socket once per tick. Replies hold Buffers. */
export class RedisExecutor {
  private readonly pending = new Set<PendingCommand>();
  /** Broken off while the client was not ready. */
  private waiting: PendingCommand[] = [];
  private isStopped = false;
  private isCorked = false;

  /** Without `isResending` a command fails with its connection. */
  constructor(readonly client: RedisClient, private readonly isResending = true) {
    client.on('ready', this.resend);
    client.on('end', this.fail);
  }

  /** Rejects with `LinkLostError` when the outcome cannot be known any more, with Redis's own error otherwise. */
  run(script: ScriptName | LuaScript, keys: readonly string[], args: readonly RedisArgument[]): Promise<unknown> {
    const loaded = typeof script === 'string' ? loadScript(script) : script;
    return this.start('evalsha', [loaded.sha, String(keys.length), ...keys, ...args], loaded);
  }

  command(name: string, ...args: readonly RedisArgument[]): Promise<unknown> {
    return this.start(name, args, undefined);
  }

  /** Lets go of the client; commands under way are rejected. Idempotent. */
  stop(): void {
    this.client.off('ready', this.resend);
    this.client.off('end', this.fail);
    this.fail();
  }

  private start(name: string, args: readonly RedisArgument[], script: LuaScript | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const command: PendingCommand = { name, args, script, resolve, reject };
      if (this.isStopped || this.client.status === 'end') return reject(outcomeUnknown(command));
      this.pending.add(command);
      this.send(command, command.name, command.args);
    });
  }

  private send(command: PendingCommand, name: string, args: readonly RedisArgument[]): void {
    this.cork();
    this.client.callBuffer(name, ...args).then(
      (reply) => {
        if (this.pending.delete(command)) command.resolve(reply);
      },
      (error: unknown) => this.handleError(command, error),
    );
  }

  private handleError(command: PendingCommand, error: unknown): void {
    if (!this.pending.has(command)) return;
    const text = error instanceof Error ? error.message : String(error);
    if (command.script !== undefined && text.startsWith('NOSCRIPT')) {
      this.send(command, 'eval', [command.script.source, ...command.args.slice(1)]);
    } else if (error instanceof Error && error.name === 'ReplyError') {
      this.pending.delete(command);
      command.reject(error);
    } else if (!this.isResending || this.client.status === 'end') {
      this.pending.delete(command);
      command.reject(outcomeUnknown(command, error));
    } else if (this.client.status === 'ready') {
      // X2. Not at once: a socket that just ended refuses until its 'close' was heard.
      setImmediate(() => {
        if (this.pending.has(command)) this.send(command, command.name, command.args);
      });
    } else {
      this.waiting.push(command);
    }
  }

  private readonly resend = (): void => {
    const waiting = this.waiting;
    this.waiting = [];
    for (const command of waiting) this.send(command, command.name, command.args);
  };

  /** ioredis 6.0.0 forgets the commands of a connection that broke twice before it was ready: X1 is kept here. */
  private readonly fail = (): void => {
    this.isStopped = true;
    for (const command of this.pending) command.reject(outcomeUnknown(command));
    this.pending.clear();
    this.waiting = [];
  };

  /** One write for all commands of a tick: ioredis writes each one by itself. */
  private cork(): void {
    const stream = this.client.stream;
    if (this.isCorked || !stream?.cork || !stream.writable) return;
    this.isCorked = true;
    stream.cork();
    process.nextTick(() => {
      this.isCorked = false;
      stream.uncork?.();
    });
  }
}

function outcomeUnknown(command: PendingCommand, cause?: unknown): LinkLostError {
  return new LinkLostError(`Redis: ${command.script?.name ?? command.name} was not answered; whether it took effect is unknown`, { cause });
}
