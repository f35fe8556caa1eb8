// How an activation gives its actor up in the directory.
import { endsWithin } from '../ends-within.js';
import type { Activation } from './activation.js';

/** Actors of always-on types are indexed under this tag, so that a starting silo can wake them. */
export const ALWAYS_ON_TAG = '!always-on';
/** For whatever an ending activation waits for. */
export const DRAIN_LIMIT_MS = 10_000;

/** Bounded: a store that does not answer keeps nobody. What it does not hear now the next owner takes over from this incarnation. */
export async function giveUp(activation: Activation, destroy: boolean): Promise<void> {
  if (!activation.services.membership.isValid) {
    // Nobody waits for a store that may be out of reach. The token decides, so it does no harm late.
    if (!destroy) void release(activation, false);
    return;
  }
  if (await endsWithin(activation.services.clock, release(activation, destroy), DRAIN_LIMIT_MS)) return;
  activation.log.warn({ limitMs: DRAIN_LIMIT_MS }, 'the store did not answer: the actor is not given up in the directory');
}

async function release(activation: Activation, destroy: boolean): Promise<void> {
  const { directory, store } = activation.services;
  try {
    if (destroy) {
      await activation.messages.buryParked();
      activation.isDestroyed = await store.destroy(activation.id, activation.token);
      if (activation.isDestroyed) await activation.tagBook?.forgetAll(activation.commits.version);
      if (activation.isDestroyed && activation.metadata.alwaysOn) await store.indexTag(ALWAYS_ON_TAG, activation.id, false);
    } else {
      await directory.unregister(activation.id, activation.token);
    }
  } catch (error) {
    // The token stays registered; the next activation takes the actor from this incarnation's token.
    activation.log.warn({ err: error }, 'the actor could not be given up in the directory');
  }
}
