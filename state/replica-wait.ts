// ReplicaWait. Owns: the WAIT of one connection.
//   W1. One at a time, for everything that was answered before it is sent: until it is over the server executes nothing else of that connection.
import type { Logger } from '../protocol/ports/logger.js';
import type { RedisExecutor } from './redis-executor.js';

/** How long the server may hold up a connection; what else is sent there is late by that much at most. */
const WAIT_MS = '100';
/** So often in vain, about a second, and people are told. */
const LONG = 10;

/** Asks one server how far its replicas are. */
export class ReplicaWait {
  private underWay: Promise<unknown> = Promise.resolve();
  private next: Promise<boolean> | undefined;
  private inVain = 0;

  constructor(private readonly executor: RedisExecutor, private readonly log?: Pick<Logger, 'warn' | 'info'>) {}

  /**
   * True once a replica has everything that was answered on this connection before the call; false when none had it in time. Rejects when the
   * server did not say: the connection broke, or the server is no primary any more.
   */
  isReplicated(): Promise<boolean> {
    return (this.next ??= this.ask());
  }

  private async ask(): Promise<boolean> {
    await this.underWay.catch(() => undefined); // W1. Who asked hears of it.
    // What else was read from sockets in this round of the loop goes along.
    await new Promise((resolve) => setImmediate(resolve));
    this.underWay = this.next!;
    this.next = undefined;
    const isReplicated = Number(await this.executor.command('wait', '1', WAIT_MS)) >= 1;
    this.tell(isReplicated);
    return isReplicated;
  }

  private tell(isReplicated: boolean): void {
    if (isReplicated && this.inVain >= LONG) this.log?.info('a replica of Redis keeps up again: what waited for it is answered');
    this.inVain = isReplicated ? 0 : this.inVain + 1;
    if (this.inVain === LONG) this.log?.warn('no replica of Redis keeps up: until one does no commit is answered (durability: replicated)');
  }
}
