import type { HostedWatch } from '../../isolation/host.js';
import type { Clock } from '../../protocol/ports/clock.js';
import type { TurnInfo } from '../../sdk/context/turn-scope.js';
import { CallChain } from '../turns/call-chain.js';
import { awaitHook } from '../turns/hook-wait.js';
import type { Turn } from '../turns/turn.js';

/** What follows when an instance of a service in a thread has something to say of itself. It has no state, and no units: what is lost with it is its turns. */
export class ServiceWatch implements HostedWatch {
  /** `begin`: runs `onActivate` as a turn of the chain, and logs why it failed. */
  constructor(private readonly clock: Pick<Clock, 'now'>, private readonly begin: (chain: CallChain) => Promise<void>) {}

  /** Whatever `onActivate` began is begun anew. */
  returned(): void {
    // Who calls it next learns of the failure, by another try.
    this.begin(new CallChain()).catch(() => undefined);
  }

  /** Its chain is a child of the turn's, as at the beginning: it may call what waits for it. */
  wake(turn: TurnInfo): Promise<void> {
    return this.begin(new CallChain(turn.chain as CallChain));
  }

  awaitHook(turn: TurnInfo, hook: () => TurnInfo | undefined, giveUp: (error: unknown) => void): () => void {
    return awaitHook(turn as Turn, () => hook()?.chain as CallChain | undefined, this.clock.now(), giveUp);
  }

  lost(): void {}

  leftOver(): void {}

  moved(): void {}

  unsettled(): undefined {
    return undefined;
  }
}
