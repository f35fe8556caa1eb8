// Which turn the running code belongs to. Each turn runs in its own AsyncLocalStorage context, so that `ctx.call` can never show
// another caller's identity, also not to code that a turn left behind.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Baggage, CallerTurn, Chain } from '../../protocol/envelope.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { printEntityId, type EntityId } from '../../protocol/actor-id.js';
import type { Identity } from '../../protocol/identity.js';
import type { CallInfo } from '../author/index.js';
import type { TailCall } from './tail-call.js';

/** A turn as the code inside it sees it. */
export interface TurnInfo extends CallerTurn {
  readonly method: string;
  /** False once the method's promise has settled: what runs after that is stray code. */
  readonly isOpen: boolean;
  readonly chain: Chain;
  readonly identity: Identity | undefined;
  readonly baggage: Baggage | undefined;
  /** On the silo's monotonic clock; `Infinity` for timers and hooks. */
  readonly deadlineMs: number;
  /** The same in milliseconds since 1970. */
  readonly deadline: number;
  /** Who made the call. */
  readonly from: EntityId | undefined;
  readonly call: CallInfo;
  /** That its code has made. */
  tailCalls?: TailCall[] | undefined;
}

const scope = new AsyncLocalStorage<TurnInfo | undefined>();

/** Runs `body` as code of `turn`. */
export function runInTurn<T>(turn: TurnInfo, body: () => T): T {
  return scope.run(turn, body);
}

/** Runs `body` as code of no turn: what a turn makes necessary (an activation) is not its own. */
export function runOutsideTurns<T>(body: () => T): T {
  return scope.run(undefined, body);
}

/** The turn that the calling code belongs to, open or over; `undefined` outside any turn. */
export function currentTurn(): TurnInfo | undefined {
  return scope.getStore();
}

/** The open turn of the calling code, or `undefined` outside any turn. Throws `ConfigurationError` for code that its turn left behind. */
export function openTurn(what: string): TurnInfo | undefined {
  const turn = scope.getStore();
  if (turn && !turn.isOpen) {
    throw new ConfigurationError(
      `${what}: the turn ${printEntityId(turn.entity)}.${turn.method} is over. Await what a method starts, or use ctx.timer() for later work`,
    );
  }
  return turn;
}
