// What a lapse of the silo's lease overtakes on an activation: replies, of which nothing leaves without a lease, and turns that could not begin.
//   LR1. A read's reply leaves only while the ownership holds. It waits for a lease that lapsed: one that is back says that nobody else had the actor
//        meanwhile (LW3). Where the actor was lost, the read runs again where it is now.
//   LR2. So waits the reply of a unit that has nothing to save. What a commit cannot say for the lapse stays unknown (Q2).
//   LR3. A message or own event whose turn could not begin was not attempted: it has its turn when the lease is back. Calls are given back.
import { StaleEpochError } from '../../protocol/errors/index.js';
import type { Clock } from '../../protocol/ports/index.js';
import type { PendingCall } from '../turns/pending-call.js';
import type { Activation } from './activation.js';

const PAUSE_MS = 50;

/** LR1. */
export function overtakenRead(activation: Activation, call: PendingCall, failed: boolean, value: unknown): void {
  const { services } = activation;
  if (services.membership.isValid) return readAgain(activation, call);
  void services.leased().then((isBack) => {
    if (isBack) activation.replyToRead(call, failed, value, services.clock.monotonicMs());
    else call.fail(new StaleEpochError(`${activation.name}: this silo lost its lease while the turn ran`));
  });
}

/** LR2. Resolves when it has ended. */
export async function overtakenUnit({ isLost, services, units }: Activation, commit: () => Promise<void> | void, undo: () => Promise<void> | void): Promise<void> {
  units.enter();
  try {
    await (!isLost && (await services.leased()) ? commit() : undo());
  } finally {
    units.leave();
  }
}

/** LR3. */
export function notBegun(activation: Activation, call: PendingCall, error: Error): void {
  const { services } = activation;
  if (call.envelope.kind !== 'event') return services.giveBack(call, error);
  // With a lease it was the store that did not answer: that is not asked again at once.
  const again = services.membership.isValid && !activation.isLost ? paused(services.clock) : services.leased();
  void again.then((isBack) => {
    if (!isBack || activation.isLost || activation.status === 'ended') return call.fail(error);
    call.state = 'new';
    activation.offer(call);
  });
}

function paused(clock: Pick<Clock, 'setTimer'>): Promise<true> {
  return new Promise((resolve) => void clock.setTimer(() => resolve(true), PAUSE_MS));
}

function readAgain({ services }: Activation, call: PendingCall): void {
  call.state = 'new';
  call.hasBegun = false;
  services.redeliver(call);
}
