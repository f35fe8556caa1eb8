import { SiloUnavailableError, StaleEpochError } from '../../protocol/errors/index.js';
import { printEntityId } from '../../protocol/actor-id.js';
import { isThenable } from '../../protocol/thenable.js';
import type { Hosted } from '../../isolation/host.js';
import type { SiloServices } from '../activation/silo-services.js';
import type { Turn } from '../turns/turn.js';

/** Runs the method of a service; `end` gets the copied result or the error, in the same stack when the method is synchronous. */
export function runServiceTurn(turn: Turn, hosted: Hosted, services: Pick<SiloServices, 'codec' | 'membership'>, end: (failed: boolean, value: unknown) => void): void {
  const { pending } = turn;
  const { kind, method, args } = pending.envelope;
  // Copied at the turn's end, before anybody else can change it.
  const finish = (value: unknown): void => {
    let result: unknown;
    try {
      if (kind !== 'oneWay') result = hosted.isApart ? value : services.codec.copy(value, 'result');
    } catch (error) {
      return end(true, error);
    }
    end(false, result);
  };
  let outcome: unknown;
  try {
    checkMayRun(turn, services);
    pending.hasBegun = true;
    // Of an instance elsewhere: no promise stands between.
    if (hosted.perform && kind === 'call') return hosted.perform(method, args, turn, end);
    outcome = hosted.run(method, args, turn);
  } catch (error) {
    return end(true, error);
  }
  if (!isThenable(outcome)) return finish(outcome);
  // A user's thenable may settle twice or not at all to the letter: a promise of the platform stands between.
  Promise.resolve(outcome).then(finish, (error: unknown) => end(true, error));
}

function checkMayRun({ pending, entity }: Turn, { membership }: Pick<SiloServices, 'membership'>): void {
  if (pending.isSettled) throw new StaleEpochError(`${printEntityId(entity)}: the call was given up before its turn`);
  if (!membership.isValid) throw new SiloUnavailableError(`${printEntityId(entity)}: this silo lost its lease; the call did not run`);
}
