// ThreadLine. Owns: the thread's side of the port: what it asks its silo, and waits for.
//   L1. It never says much more than its silo reads: past that the thread stands still, whatever its code does. Else a loop that talks would leave the silo
//       no time for anybody else, nor for ending it.
//   L2. So many asks wait for an answer at most.
import type { MessagePort } from 'node:worker_threads';
import type { Codec } from '../../protocol/codec/index.js';
import { currentTurn } from '../../sdk/context/turn-scope.js';
import { PortBatch } from '../port-batch.js';
import { MailboxFullError } from '../../protocol/errors/index.js';
import { ASK, DONE, HEARD, MOST_UNHEARD, SAY, TO_SILO, UNASK } from '../thread-messages.js';
import { errorFromWire, errorToWire, fromWire, toWire } from '../wire-value.js';
import { ThreadTurn } from './thread-turn.js';

const MOST_ASKS = 10_000;
/** Between two looks. */
const LONGEST_WAIT_MS = 1000;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class ThreadLine {
  readonly out: PortBatch;
  private readonly waiting = new Map<number, Waiting>();
  private last = 0;

  private said = 0;

  constructor(port: MessagePort, private readonly codec: () => Codec, private readonly shared: Int32Array) {
    this.out = new PortBatch(port, TO_SILO, (message, error) => this.refused(message, error));
  }

  /** As code of the running turn, if one of this thread's runs. Arguments are this call's own. Rejects as the silo's runtime does. */
  ask(instance: number, verb: string, args: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    if (this.waiting.size >= MOST_ASKS) {
      return Promise.reject(new MailboxFullError(`${verb}: ${MOST_ASKS} calls of this thread wait already`, { limit: MOST_ASKS }));
    }
    const ask = ++this.last;
    this.waitForSilo();
    return new Promise((resolve, reject) => {
      const wire = toWire(args, this.codec(), 'args');
      this.waiting.set(ask, { resolve, reject });
      this.out.write(ASK, ask, runningTurn(), instance, verb, wire);
      signal?.addEventListener('abort', () => this.waiting.has(ask) && this.out.write(UNASK, ask), { once: true });
    });
  }

  /** As `ask`, without an answer. */
  say(instance: number, verb: string, args: readonly unknown[]): void {
    this.waitForSilo();
    this.out.write5(SAY, runningTurn(), instance, verb, toWire(args, this.codec(), 'args'));
  }

  answered(ask: number, isWell: boolean, value: unknown): void {
    const waiting = this.waiting.get(ask);
    this.waiting.delete(ask);
    if (isWell) waiting?.resolve(fromWire(value, this.codec()));
    else waiting?.reject(errorFromWire(value, this.codec()));
  }

  /** L1. */
  private waitForSilo(): void {
    const { shared } = this;
    this.said = (this.said + 1) | 0;
    for (let heard = Atomics.load(shared, HEARD); ((this.said - heard) | 0) > MOST_UNHEARD; heard = Atomics.load(shared, HEARD)) {
      this.out.flush();
      Atomics.wait(shared, HEARD, heard, LONGEST_WAIT_MS);
    }
  }

  private refused(message: readonly unknown[], error: unknown): void {
    if (message[0] === DONE) this.out.write5(DONE, message[1], 0, errorToWire(error, this.codec()), typeof message[4] === 'object' ? 0 : message[4]);
    else if (message[0] === ASK) this.answered(message[1] as number, false, errorToWire(error, this.codec()));
  }
}

function runningTurn(): number {
  const turn = currentTurn();
  return turn instanceof ThreadTurn && turn.isOpen ? turn.number : 0;
}
