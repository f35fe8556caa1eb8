import { printEntityId } from '../../protocol/actor-id.js';
import { StaleEpochError } from '../../protocol/errors/index.js';
import type { PendingCall } from '../turns/pending-call.js';
import type { Activation } from './activation.js';

/** Whoever is no longer the owner when the store is asked loses the activation; the reply of the strict read then says so, or is made elsewhere. */
export async function verifyOwner(activation: Activation, call: PendingCall): Promise<void> {
  try {
    const holder = await activation.services.store.lookup(activation.id);
    if (holder?.token !== activation.token) activation.lose('a strict read found another owner');
  } catch (error) {
    const { target, method } = call.envelope;
    call.fail(new StaleEpochError(`${printEntityId(target)}.${method}: the store did not say who owns the actor`, { cause: error }));
  }
}
