import type { EntityId } from '../../protocol/actor-id.js';
import type { Baggage, Chain } from '../../protocol/envelope.js';
import { CancelledError } from '../../protocol/errors/index.js';
import type { Identity } from '../../protocol/identity.js';
import type { CallInfo } from '../../sdk/author/index.js';
import type { TailCall } from '../../sdk/context/tail-call.js';
import type { TurnInfo } from '../../sdk/context/turn-scope.js';

/** Who made the call, for whom, with what along the chain. */
export type Who = readonly [from: EntityId | undefined, identity: Identity | undefined, baggage: Baggage | undefined];

/** The chain is the silo's business: its own turn stands behind this one. */
const ELSEWHERE: Chain = Object.freeze({ id: '' });

/** A turn as code in the thread sees it. */
export class ThreadTurn implements TurnInfo {
  isOpen = true;
  tailCalls: TailCall[] | undefined;
  readonly caller = undefined;
  readonly holdsBack = undefined;
  readonly chain = ELSEWHERE;
  private info: CallInfo | undefined;
  private controller: AbortController | undefined;

  /** `watch`: tells the silo that somebody looks at the signal. */
  constructor(
    readonly number: number,
    readonly instance: number,
    readonly entity: EntityId,
    readonly method: string,
    readonly deadline: number,
    /** It changes nothing, and may not emit. */
    readonly isReading: boolean,
    private readonly who: Who | undefined,
    private readonly watch: () => void,
  ) {}

  get deadlineMs(): number {
    return this.deadline;
  }

  get from(): EntityId | undefined {
    return this.who?.[0];
  }

  get identity(): Identity | undefined {
    return this.who?.[1];
  }

  get baggage(): Baggage | undefined {
    return this.who?.[2];
  }

  get call(): CallInfo {
    const signal = (): AbortSignal => this.signal();
    return (this.info ??= Object.freeze({
      method: this.method, from: this.from, identity: this.identity, deadline: this.deadline, baggage: this.baggage ?? {},
      get signal() {
        return signal();
      },
    }));
  }

  abort(reason: string): void {
    this.controller?.abort(new CancelledError(reason));
  }

  private signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController();
      this.watch();
    }
    return this.controller.signal;
  }
}
