import type { ReplyAddress } from '../../protocol/delivery.js';
import type { Chain } from '../../protocol/envelope.js';
import type { PendingCall } from './pending-call.js';

/** Between the id of a chain of tail calls and what tells the runs of its steps apart. */
const STEP = '~';

/** The call chain of one run of a message. That of a step that somebody waits for says in its id which chain of tail calls it serves. */
export function chainOf(reply: Pick<ReplyAddress, 'id'> | undefined): CallChain {
  return reply ? new CallChain(undefined, `${reply.id}${STEP}${origin}-${++opened}`) : new CallChain();
}

/** Which chain of tail calls a call chain serves, by its id. */
export function tailServed(id: string): string | undefined {
  const at = id.indexOf(STEP);
  return at < 0 ? undefined : id.slice(0, at);
}

let opened = 0;
const origin = Math.random().toString(36).slice(2, 10);

/**
 * A call chain: the calls that one root call, timer, event or hook led to. A chain re-enters what it holds, and what it waits for
 * is known here, so that a circle of waiting chains can be found.
 */
export class CallChain implements Chain {
  private readonly serial = ++opened;
  private name: string | undefined;
  /** Calls of this chain that stand in a queue now. Allocated at the first wait: most chains never wait. */
  waiting: Set<PendingCall> | undefined;

  /** `parent`: the chain whose call made this one necessary (an activation's hooks). A child may enter what its parents hold, not the other way round. `id`: of a chain that comes from another silo. */
  constructor(readonly parent?: CallChain, id?: string) {
    this.name = id;
  }

  /** This chain, or a child of `holder` to any depth. */
  isWithin(holder: CallChain): boolean {
    if (this === holder) return true;
    return this.parent?.isWithin(holder) ?? false;
  }

  get id(): string {
    return (this.name ??= `${origin}-${this.serial}`);
  }

  /** `call` now stands in a queue. */
  beginWait(call: PendingCall): void {
    (this.waiting ??= new Set()).add(call);
  }

  /** `call` left its queue. */
  endWait(call: PendingCall): void {
    this.waiting?.delete(call);
  }
}
