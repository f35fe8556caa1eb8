// How an activation begins and ends. While it begins, and while its last hooks run, one chain holds every mailbox of the actor.
//   L1. The hooks of the beginning are one unit: if the constructor or `onActivate` throws, nothing of it happened and nothing is left.
//   L2. The end: no new turns, open units finish (bounded), hooks, lazily saved fields, then the token is given up.
import { printEntityId } from '../../protocol/actor-id.js';
import { ActivationFailedError, SiloUnavailableError, TroupeError } from '../../protocol/errors/index.js';
import type { ClaimedRow } from '../../protocol/ports/state-store.js';
import type { DeactivationReason } from '../../sdk/author/index.js';
import { CallChain } from '../turns/call-chain.js';
import type { Activation } from './activation.js';
import type { Entity } from './entity.js';
import { EntityTimers } from './entity-timers.js';
import { hookCall } from './hooks.js';
import type { UnitOfWork } from './unit-of-work.js';

/** Actors of always-on types are indexed under this tag, so that a starting silo can wake them. */
export const ALWAYS_ON_TAG = '!always-on';
const DRAIN_LIMIT_MS = 10_000;

/** Makes the activation ready for calls. `wakingChain` is that of the call that woke it: the hooks may call back into what that chain holds. */
export async function activate(activation: Activation, wakingChain: CallChain): Promise<void> {
  const chain = new CallChain(wakingChain);
  const unit = holdAll(activation, chain);
  try {
    const registered = await activation.services.directory.register(activation.id);
    if ('holder' in registered) throw new SiloUnavailableError(`${activation.name}: held by another silo (${registered.holder.incarnation})`);
    activation.token = registered.token;
    await build(activation, registered.row);
    for (const entity of activation.entities) await runHook(entity, 'onActivate', [], chain);
    unit.openTurns--;
    await activation.units.conclude(unit);
  } catch (error) {
    await abandon(activation, unit, error);
    return;
  }
  activation.status = 'active';
  activation.wasActive = true;
  activation.services.statistics.activated++;
  activation.settleReady();
  startTimers(activation);
  activation.endIfRequested();
  if (activation.metadata.alwaysOn) await activation.services.store.indexTag(ALWAYS_ON_TAG, activation.id, true);
}

/** Ends the activation; `destroy` also deletes what was saved. Resolves when the actor is free. Turns that do not end are left behind, fenced. */
export async function deactivate(activation: Activation, reason: DeactivationReason, destroy: boolean): Promise<void> {
  activation.status = 'ending';
  activation.timers?.stop();
  const waiting = activation.entities.flatMap((entity) => entity.mailbox.close());
  try {
    await withinDrainLimit(activation);
    if (!activation.isLost) await runLastHooks(activation, reason);
    if (!activation.isLost && !destroy) await activation.commits.flush();
  } catch (error) {
    activation.log.error({ err: error }, 'the end of an activation lost what was not saved');
  }
  await giveUp(activation, destroy);
  activation.services.statistics.deactivated++;
  activation.isLost = true;
  activation.end();
  activation.handOn(waiting);
}

async function build(activation: Activation, row: ClaimedRow): Promise<void> {
  const { services } = activation;
  activation.epoch = row.epoch;
  activation.commits.version = row.version;
  activation.since = services.clock.now();
  activation.selfEvents.restore(row);
  for (const entity of activation.entities) {
    const fields = new Map<string, Uint8Array>();
    const prefix = entity.id.component === undefined ? '' : `${entity.id.component}:`;
    for (const [name, value] of row.fields) {
      if (prefix === '' ? !name.includes(':') : name.startsWith(prefix)) fields.set(name.slice(prefix.length), value);
    }
    entity.hosted = await services.host.create({ id: entity.id, className: entity.metadata.name, fields, context: services.createContext(entity) });
  }
}

function holdAll(activation: Activation, chain: CallChain): UnitOfWork {
  const unit = activation.units.begin(chain, undefined);
  unit.openTurns = 1;
  for (const entity of activation.entities) {
    entity.mailbox.holdFor(chain);
    unit.hold(entity);
  }
  return unit;
}

async function runHook(entity: Entity, hook: 'onActivate' | 'onDeactivate', args: readonly unknown[], chain: CallChain): Promise<void> {
  const call = hookCall(entity, hook, args, chain);
  if (!call) return;
  entity.offer(call);
  await call.promise;
}

function startTimers(activation: Activation): void {
  for (const entity of activation.entities) {
    for (const { method, periodMs } of entity.metadata.timers) (activation.timers ??= new EntityTimers()).add(entity, method, periodMs, periodMs);
  }
}

/** L1: the callers learn why; the row is given up and vanishes if it never held anything. */
async function abandon(activation: Activation, unit: UnitOfWork, error: unknown): Promise<void> {
  const failure = error instanceof TroupeError && error.retryable
    ? error
    : new ActivationFailedError(`${printEntityId(activation.id)} could not be activated: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  activation.log.error({ err: error }, 'activation failed');
  unit.held.length = 0;
  if (activation.token !== '' && !activation.isLost) await giveUp(activation, false);
  const waiting = activation.entities.flatMap((entity) => entity.mailbox.takeQueued());
  activation.isLost = true;
  activation.settleReady(failure);
  activation.end();
  for (const call of waiting) call.fail(failure);
}

async function runLastHooks(activation: Activation, reason: DeactivationReason): Promise<void> {
  const hooked = [...activation.entities].reverse().filter((entity) => entity.hosted?.has('onDeactivate'));
  if (hooked.length === 0) return;
  const chain = new CallChain();
  const unit = holdAll(activation, chain);
  let failure: { error: unknown } | undefined;
  for (const entity of hooked) {
    try {
      await runHook(entity, 'onDeactivate', [reason], chain);
    } catch (error) {
      failure ??= { error };
    }
  }
  unit.openTurns--;
  await activation.units.conclude(unit, failure);
}

async function withinDrainLimit(activation: Activation): Promise<void> {
  if (activation.units.isEmpty) return;
  const { clock } = activation.services;
  let isOver = false;
  const limit = new Promise<void>((resolve) => {
    clock.setTimer(() => {
      isOver = true;
      resolve();
    }, DRAIN_LIMIT_MS);
  });
  await Promise.race([activation.units.drained(), limit]);
  if (!isOver || activation.units.isEmpty) return;
  activation.isLost = true;
  activation.log.error({ limitMs: DRAIN_LIMIT_MS }, 'turns did not end in time; they are left behind and can change nothing any more');
}

async function giveUp(activation: Activation, destroy: boolean): Promise<void> {
  const { directory, store, log } = { ...activation.services, log: activation.log };
  try {
    if (destroy) {
      await store.destroy(activation.id, activation.token);
      activation.isDestroyed = true;
      if (activation.metadata.alwaysOn) await store.indexTag(ALWAYS_ON_TAG, activation.id, false);
    } else {
      await directory.unregister(activation.id, activation.token);
    }
  } catch (error) {
    // The token stays registered; the next activation takes the actor from this incarnation's token.
    log.warn({ err: error }, 'the actor could not be given up in the directory');
  }
}
