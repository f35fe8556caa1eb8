// Acknowledgements. Owns: which results of durable calls nobody will ask for again, on their way to the callees, who forget them then.
//   A1. What is lost on the way costs room at the callee until its time is over.
import { printEntityId, type ActorId } from '../../protocol/actor-id.js';
import type { Invoker } from '../../protocol/envelope.js';
import type { Clock, Logger } from '../../protocol/ports/index.js';
import { runOutsideTurns } from '../../sdk/context/turn-scope.js';
import { ACKNOWLEDGE } from '../activation/system-methods.js';

const TIMEOUT_MS = 30_000;

interface Waiting {
  readonly invoker: Invoker;
  readonly target: ActorId;
  readonly operations: string[];
}

export class Acknowledgements {
  private waiting = new Map<string, Waiting>();
  private isSending = false;

  constructor(private readonly clock: Clock, private readonly log: Logger) {}

  /** `invoker`: that of the call. */
  add(invoker: Invoker, { type, key }: ActorId, operation: string): void {
    const target = { type, key };
    const name = printEntityId(target);
    const present = this.waiting.get(name);
    if (present) present.operations.push(operation);
    else this.waiting.set(name, { invoker, target, operations: [operation] });
    if (this.isSending) return;
    this.isSending = true;
    // What the calls of one pass of the event loop end goes together.
    runOutsideTurns(() => setImmediate(() => this.send()));
  }

  private send(): void {
    this.isSending = false;
    const now = [...this.waiting.values()];
    this.waiting = new Map();
    const deadlineMs = this.clock.monotonicMs() + TIMEOUT_MS;
    for (const { invoker, target, operations } of now) {
      invoker.invoke({ kind: 'oneWay', target, method: ACKNOWLEDGE, args: [operations], deadlineMs, timeoutMs: TIMEOUT_MS, hops: 0 })
        .catch((error: unknown) => this.log.debug({ err: error, actor: printEntityId(target) }, 'results of durable calls could not be acknowledged: they are kept for their time'));
    }
  }
}
