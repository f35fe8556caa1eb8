// ThreadLine. Owns: the thread's side of the port: what it asks its silo, and waits for.
//   L1. It never says much more than its silo reads: past that the thread stands still, whatever its code does. Else a loop that talks would leave the silo
//       no time for anybody else, nor for ending it.
//   L2. So many asks wait for an answer at most.
import type { MessagePort } from 'node:worker_threads';
import type { Codec } from '../../protocol/codec/index.js';
import { currentTurn } from '../../sdk/context/turn-scope.js';
import { PortBatch } from '../port-batch.js';
import { MailboxFullError } from '../../protocol/errors/index.js';
import { ASK, DONE, HEARD, MOST_UNHEARD, SAY, STAGED, TO_SILO, UNASK, type Told } from '../thread-messages.js';
import { isFlat } from '../told-changes.js';
import { errorFromWire, errorToWire, fromWire, toWire, unsendable } from '../wire-value.js';
import { ThreadTurn } from './thread-turn.js';

/** Of messages, for errors. */
const WHAT: Readonly<Record<number, string>> = { [DONE]: 'result', [STAGED]: 'state', [ASK]: 'args' };
/** No epoch: nothing is known. */
const UNTOLD = -1;
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

  /** Returns what is said in its place. */
  private refused(message: readonly unknown[], error: unknown): readonly unknown[] | undefined {
    const [code, first, second, third, told] = message;
    const wire = errorToWire(unsendable(WHAT[code as number] ?? 'a component', error), this.codec());
    if (code === DONE) return [DONE, first, 0, wire, asksAgain(told as Told)];
    if (code === STAGED) return [STAGED, first, { epoch: UNTOLD, error: wire }];
    if (code === SAY) return [SAY, first, second, 'log', ['error', { verb: third }, `what a component asked for could not be sent: ${String(error)}`]];
    if (code === ASK) this.answered(first as number, false, wire);
    return undefined;
  }
}

/** What did not arrive must not seem unchanged: the silo will ask what differs. What was accepted already is told. */
function asksAgain(told: Told): Told {
  return typeof told === 'object' && !isFlat(told) && told.strays ? { epoch: UNTOLD, strays: told.strays } : UNTOLD;
}

function runningTurn(): number {
  const turn = currentTurn();
  return turn instanceof ThreadTurn && turn.isOpen ? turn.number : 0;
}
