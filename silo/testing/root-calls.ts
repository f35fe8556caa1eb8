// RootCalls. Owns: the calls that a test made through a silo and that are not settled.
//   R1. With the process that made them they end: who waits in the test hears of it at once.
import type { Envelope, Invoker } from '../../protocol/envelope.js';
import { LinkLostError, SiloUnavailableError } from '../../protocol/errors/index.js';
import { printEntityId } from '../../protocol/actor-id.js';
import type { SiloClock } from './silo-clock.js';

export class RootCalls {
  private readonly open = new Set<(error: Error) => void>();

  constructor(private readonly silo: string, private readonly clock: SiloClock) {}

  /** Calls that actors make, and those of clients, are none of these. */
  before(next: Invoker): Invoker {
    return { invoke: (envelope) => (envelope.from !== undefined || envelope.identity !== undefined ? next.invoke(envelope) : this.invoke(next, envelope)) };
  }

  /** The process is gone. */
  end(): void {
    for (const reject of this.open) reject(new LinkLostError(`silo '${this.silo}' was killed, through which the call was made; whether it ran is unknown`));
    this.open.clear();
  }

  /** What is asked of the silo itself. */
  ask(what: string, act: () => Promise<unknown>): Promise<unknown> {
    if (this.clock.isStopped) return Promise.reject(new SiloUnavailableError(`silo '${this.silo}' is dead; it was not asked: ${what}`));
    return new Promise((resolve, reject) => {
      this.open.add(reject);
      this.clock.whenRunning(() => {
        act().then(resolve, reject).finally(() => this.open.delete(reject));
      });
    });
  }

  private invoke(next: Invoker, envelope: Envelope): Promise<unknown> {
    return this.ask(`${printEntityId(envelope.target)}.${envelope.method}`, () => next.invoke(envelope));
  }
}
