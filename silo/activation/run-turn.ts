import { printEntityId } from '../../protocol/actor-id.js';
import { SiloUnavailableError, StaleEpochError } from '../../protocol/errors/index.js';
import { runInTurn } from '../../sdk/context/turn-scope.js';
import type { PendingCall } from '../turns/pending-call.js';
import type { Turn } from '../turns/turn.js';
import type { Entity } from './entity.js';

/** Runs the method; `end` gets the copied result or the error, in the same stack when the method is synchronous. */
export function runTurn(entity: Entity, turn: Turn, end: (failed: boolean, value: unknown) => void): void {
  let outcome: unknown;
  try {
    outcome = executeTurn(entity, turn);
  } catch (error) {
    end(true, error);
    return;
  }
  if (!isThenable(outcome)) {
    end(false, outcome);
    return;
  }
  void outcome.then((value) => end(false, value), (error: unknown) => end(true, error));
}

/** The method's own value or promise, with the result copied at the turn's end, before anybody else can change it. */
export function executeTurn(entity: Entity, turn: Turn): unknown {
  checkMayRun(entity, turn.pending);
  const { codec } = entity.activation.services;
  const { kind, method, args } = turn.pending.envelope;
  const [callback, elapsedMs] = args as readonly [((elapsedMs: unknown) => unknown) | undefined, unknown];
  const isCallback = kind === 'timer' && typeof callback === 'function';
  const outcome: unknown = runInTurn(turn, () => (isCallback ? callback(elapsedMs) : entity.hosted!.run(method, args)));
  if (!isThenable(outcome)) return kind === 'call' ? codec.copy(outcome, 'result') : undefined;
  // A user's thenable may settle twice or not at all to the letter: a promise of the platform stands between.
  const promise = outcome instanceof Promise ? outcome : Promise.resolve(outcome);
  return promise.then((value) => (kind === 'call' ? codec.copy(value, 'result') : undefined));
}

/** C2, and no turn begins after the lease or the ownership is lost. */
function checkMayRun({ id, activation }: Entity, call: PendingCall): void {
  if (call.isSettled) throw new StaleEpochError(`${printEntityId(id)}: the call was given up before its turn`);
  if (activation.isLost) throw new SiloUnavailableError(`${printEntityId(id)}: this activation lost its ownership; the call did not run`);
  if (!activation.services.membership.isValid) throw new SiloUnavailableError(`${printEntityId(id)}: this silo lost its lease; the call did not run`);
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
