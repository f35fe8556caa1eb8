import type { TurnEnd } from '../../isolation/host.js';
import { printEntityId } from '../../protocol/actor-id.js';
import { SiloUnavailableError, StaleEpochError } from '../../protocol/errors/index.js';
import { isThenable } from '../../protocol/thenable.js';
import { handedOver } from '../../sdk/context/tail-call.js';
import { runInTurn } from '../../sdk/context/turn-scope.js';
import type { PendingCall } from '../turns/pending-call.js';
import type { Turn } from '../turns/turn.js';
import type { Entity } from './entity.js';
import { isSystemMethod, runSystemMethod } from './system-methods.js';

/** Runs the method; `end` gets the copied result or the error, in the same stack when the method is synchronous. */
export function runTurn(entity: Entity, turn: Turn, end: TurnEnd): void {
  if (entity.hosted!.perform) return performTurn(entity, turn, end);
  let outcome: unknown;
  try {
    outcome = start(entity, turn);
    if (!isThenable(outcome)) outcome = resultOf(entity, turn, outcome);
  } catch (error) {
    end(true, error);
    return;
  }
  if (!isThenable(outcome)) {
    end(false, outcome);
    return;
  }
  const failed = (error: unknown): void => end(true, error);
  void platformPromise(outcome).then((value) => {
    let result: unknown;
    try {
      result = resultOf(entity, turn, value);
    } catch (error) {
      end(true, error);
      return;
    }
    end(false, result);
  }, failed);
}

/** Of an instance elsewhere: no promise stands between. */
function performTurn(entity: Entity, turn: Turn, end: TurnEnd): void {
  const { envelope } = turn.pending;
  if (envelope.kind !== 'call' || isSystemMethod(envelope.method)) return void performAsPromise(entity, turn, end);
  try {
    checkMayRun(entity, turn.pending);
    turn.pending.hasBegun = true;
    entity.hosted!.perform!(envelope.method, envelope.args, turn, end);
  } catch (error) {
    end(true, error);
  }
}

/** A function of its own: closures cost also where they are not made. */
function performAsPromise(entity: Entity, turn: Turn, end: TurnEnd): Promise<void> {
  return new Promise((resolve) => resolve(executeTurn(entity, turn))).then((value) => end(false, value), (error: unknown) => end(true, error));
}

/** As `runTurn`, with the result as a value or promise. */
export function executeTurn(entity: Entity, turn: Turn): unknown {
  const outcome = start(entity, turn);
  if (!isThenable(outcome)) return resultOf(entity, turn, outcome);
  return platformPromise(outcome).then((value) => resultOf(entity, turn, value));
}

/** The method's own value or promise. */
function start(entity: Entity, turn: Turn): unknown {
  checkMayRun(entity, turn.pending);
  turn.pending.hasBegun = true;
  const { kind, method, args } = turn.pending.envelope;
  if (kind === 'timer' && typeof args[0] === 'function') {
    const [callback, elapsedMs] = args as readonly [(elapsedMs: unknown) => unknown, unknown];
    return runInTurn(turn, () => callback(elapsedMs));
  }
  if (kind === 'call' && isSystemMethod(method)) return runInTurn(turn, () => runSystemMethod(entity, method, args));
  return entity.hosted!.run(method, args, turn);
}

/** Copied at the turn's end, before anybody else can change it. */
function resultOf(entity: Entity, turn: Turn, value: unknown): unknown {
  const tailCall = handedOver(turn, value);
  if (tailCall) return tailCall;
  const { kind, durable } = turn.pending.envelope;
  if (kind !== 'call' && !turn.pending.reply && !durable?.isKept) return undefined;
  return entity.hosted!.isApart ? value : entity.activation.services.codec.copy(value, 'result');
}

/** A user's thenable may settle twice or not at all to the letter: a promise of the platform stands between. */
function platformPromise(outcome: PromiseLike<unknown>): Promise<unknown> {
  return outcome instanceof Promise ? outcome : Promise.resolve(outcome);
}

/** C2, and no turn begins after the lease or the ownership is lost. */
function checkMayRun({ id, activation }: Entity, call: PendingCall): void {
  if (call.isSettled) throw new StaleEpochError(`${printEntityId(id)}: the call was given up before its turn`);
  if (activation.isLost) throw new SiloUnavailableError(`${printEntityId(id)}: this activation lost its ownership; the call did not run`);
  // In the router's stack the lease was checked a moment ago.
  if (!call.isInStack && !activation.services.membership.isValid) throw new SiloUnavailableError(`${printEntityId(id)}: this silo lost its lease; the call did not run`);
}
