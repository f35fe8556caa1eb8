// How an activation begins and ends. While it begins, and while its last hooks run, one chain holds every mailbox of the actor.
//   L1. The hooks of the beginning are one unit: if the constructor or `onActivate` throws, nothing of it happened and nothing is left.
//   L2. The end: no new chains, open units finish, hooks, lazily saved fields, then the token is given up; each wait for user code is bounded.
//   L3. Who wakes always-on actors knows of this one before it answers its first call.
//   L4. A component whose thread dies meanwhile does not keep the actor from beginning: its next turn finds it, or says why not.
//   L5. Nor does it take along what the others save in the last hooks. What was changed in it is lost: it is as last committed.
import { ActivationFailedError, ComponentCrashedError, SiloUnavailableError, TroupeError } from '../../protocol/errors/index.js';
import type { ClaimedRow, Holder } from '../../protocol/ports/state-store.js';
import type { DeactivationReason } from '../../sdk/author/index.js';
import { endsWithin } from '../ends-within.js';
import { CallChain } from '../turns/call-chain.js';
import type { Activation } from './activation.js';
import type { Entity } from './entity.js';
import { build } from './build-entities.js';
import { ALWAYS_ON_TAG, DRAIN_LIMIT_MS, giveUp } from './give-up.js';
import { restoreComponents, startTimersOf } from './component-set.js';
import { hookCall } from './hooks.js';
import { restoreTags } from './tag-book.js';
import type { UnitOfWork } from './unit-of-work.js';

/** How long the constructor's host and all `onActivate` hooks may take together. */
const ACTIVATION_LIMIT_MS = 30_000;

/**
 * Makes the activation ready for calls, once `earlier` is over. `wakingChain` is that of the call that woke it: the hooks may call back into
 * what that chain holds.
 */
export async function activate(activation: Activation, wakingChain: CallChain, earlier?: Promise<unknown>): Promise<void> {
  const chain = new CallChain(wakingChain);
  const unit = holdAll(activation, chain);
  try {
    if (earlier) await earlier.catch(() => undefined);
    const registered = await activation.services.directory.register(activation.id);
    if ('holder' in registered) return supersede(activation, unit, registered.holder);
    activation.token = registered.token;
    const waking = awaken(activation, registered.row, unit);
    if (waking) await waking;
    // L3. Of a beginning that fails now an entry may stay, and wake it.
    if (activation.metadata.alwaysOn && !hasEnded(activation)) await activation.services.store.indexTag(ALWAYS_ON_TAG, activation.id, true);
    // Before the mailboxes open: the first call meets an active actor.
    unit.onAccepted = () => open(activation);
    await activation.units.concludeHooks(unit);
  } catch (error) {
    await abandon(activation, unit, error);
  }
}

/** Ends the activation; `destroy` also deletes what was saved. Resolves when the actor is free. Turns that do not end are left behind, fenced. */
export async function deactivate(activation: Activation, reason: DeactivationReason, destroy: boolean): Promise<void> {
  if (activation.status === 'activating') await withinLimit(activation, activation.settled(), 'the beginning');
  if (hasEnded(activation)) return;
  // What the actor has told itself is handled before it sleeps; what takes too long waits for the next activation, as all does when the
  // silo stops: handlers could not call anybody any more.
  const handled = destroy || reason === 'shutdown' ? undefined : activation.messagesHandled();
  if (handled) await endsWithin(activation.services.clock, handled, DRAIN_LIMIT_MS);
  if (hasEnded(activation)) return;
  activation.status = 'ending';
  activation.timers?.stop();
  for (const entity of activation.residents) entity.mailbox.close();
  // Most actors that fall asleep have none of this: a million of them need no timers.
  if (!activation.units.isEmpty) await withinLimit(activation, activation.units.drained(), 'running turns');
  if (hasLastWork(activation)) await orLog(activation, 'onDeactivate failed', async () => withinLimit(activation, runLastHooks(activation, reason), 'onDeactivate'));
  const isDestroyed = destroy || activation.isToBeDestroyed;
  if (!isDestroyed && activation.commits.isBusy) await orLog(activation, 'the end of an activation lost what was not saved', async () => withinLimit(activation, activation.commits.flush(), 'the last commit'));
  if (hasEnded(activation)) return;
  await giveUp(activation, isDestroyed);
  activation.services.statistics.deactivated++;
  activation.isLost = true;
  const cleared = activation.services.scratch.release(activation);
  activation.end();
  if (cleared) await endsWithin(activation.services.clock, cleared, DRAIN_LIMIT_MS);
}

/** Constructs, restores and calls `onActivate`: whatever fails here is the actor's own. */
function awaken(activation: Activation, row: ClaimedRow, unit: UnitOfWork): Promise<void> | undefined {
  try {
    const waiting = restoreComponents(activation, row, unit);
    restoreTags(activation, row);
    activation.restored(waiting);
    const building = build(activation, row);
    if (!building && !activation.entities.some(({ metadata }) => metadata.hooks.has('onActivate'))) return undefined;
    return runFirstHooks(activation, building, unit.chain);
  } catch (error) {
    throw failureOf(activation, error);
  }
}

async function runFirstHooks(activation: Activation, building: Promise<void> | undefined, chain: CallChain): Promise<void> {
  const hooks = async (): Promise<void> => {
    await building;
    for (const entity of activation.entities) await runSurvivable(entity, 'onActivate', [], chain);
  };
  try {
    if (!(await endsWithin(activation.services.clock, hooks(), ACTIVATION_LIMIT_MS))) throw new Error(`it did not end within ${ACTIVATION_LIMIT_MS} ms`);
  } catch (error) {
    throw failureOf(activation, error);
  }
}


function failureOf(activation: Activation, cause: unknown): ActivationFailedError {
  return new ActivationFailedError(`${activation.name} could not be activated: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}

/** Asked anew after every wait: the activation may have been lost meanwhile. */
function hasEnded(activation: Activation): boolean {
  return activation.status === 'ended';
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

/** L4, L5. Also where the component, alive, has met the crash of another. */
async function runSurvivable(entity: Entity, hook: 'onActivate' | 'onDeactivate', args: readonly unknown[], chain: CallChain): Promise<void> {
  try {
    await runHook(entity, hook, args, chain);
  } catch (error) {
    if (!(error instanceof ComponentCrashedError) || entity.id.component === undefined) throw error;
    entity.activation.log.error({ err: error, component: entity.id.component }, `${hook} did not end; the actor goes on without it`);
    await entity.rollback();
  }
}

async function runHook(entity: Entity, hook: 'onActivate' | 'onDeactivate', args: readonly unknown[], chain: CallChain): Promise<void> {
  const call = hookCall(entity, hook, args, chain);
  if (!call) return;
  entity.offer(call);
  await call.promise;
}

function open(activation: Activation): void {
  if (activation.status !== 'activating') return;
  activation.status = 'active';
  activation.wasActive = true;
  activation.services.statistics.activated++;
  activation.settleReady();
  startTimers(activation);
  activation.opened();
}

function startTimers(activation: Activation): void {
  for (const entity of activation.entities) startTimersOf(entity);
}

/** L1: the callers learn why; the row is given up and vanishes if it never held anything. */
async function abandon(activation: Activation, unit: UnitOfWork, error: unknown): Promise<void> {
  const isLapse = (activation.hasLapsed = hasLapsed(activation));
  const failure = isLapse ? lapse(activation, error) : failureToBegin(activation, error);
  activation.log.error({ err: error }, 'activation failed');
  unit.held.length = 0;
  if (activation.token !== '' && !activation.isLost) await giveUp(activation, false);
  const waiting = activation.takeWaiting();
  activation.isLost = true;
  activation.settleReady(failure);
  activation.end();
  for (const call of waiting) {
    if (isLapse) activation.services.giveBack(call, failure);
    else call.fail(failure);
  }
}

/** Another silo has the actor: its calls go there. */
function supersede(activation: Activation, unit: UnitOfWork, holder: Holder): void {
  unit.held.length = 0;
  activation.isLost = true;
  activation.isSuperseded = true;
  activation.services.elsewhere(activation.id, holder);
  activation.end();
}

/** Hooks, or state changed outside a turn: that has its last commit with them. */
function hasLastWork(activation: Activation): boolean {
  if (activation.isLost) return false;
  return activation.entities.some(({ hosted }) => hosted?.has('onDeactivate') || hosted?.strayed().length);
}

/** A silo that may not own the actor any more says nothing about the actor's own code. */
function hasLapsed({ isLost, services }: Activation): boolean {
  return isLost || !services.membership.isValid;
}

function lapse({ name }: Activation, cause: unknown): SiloUnavailableError {
  return new SiloUnavailableError(`${name}: this silo lost its lease or the actor while it was activated; the call did not run`, { cause });
}

/** What the callers are told: none of their calls ran. */
function failureToBegin(activation: Activation, error: unknown): Error {
  const isSaid = error instanceof ActivationFailedError || (error instanceof TroupeError && error.retryable);
  return isSaid ? error : failureOf(activation, error);
}

async function runLastHooks(activation: Activation, reason: DeactivationReason): Promise<void> {
  const hooked = [...activation.entities].reverse().filter((entity) => entity.hosted?.has('onDeactivate'));
  const chain = new CallChain();
  const unit = holdAll(activation, chain);
  let failure: { error: unknown } | undefined;
  for (const entity of hooked) {
    // An earlier hook has removed it.
    if (entity.extras?.fate === 'leaving') continue;
    try {
      await runSurvivable(entity, 'onDeactivate', [reason], chain);
    } catch (error) {
      failure ??= { error };
    }
  }
  await activation.units.concludeHooks(unit, failure);
}

/** What user code has not ended by then is left behind. */
async function withinLimit(activation: Activation, work: Promise<void>, what: string): Promise<void> {
  if (await endsWithin(activation.services.clock, work, DRAIN_LIMIT_MS)) return;
  activation.isLost = true;
  activation.log.error({ limitMs: DRAIN_LIMIT_MS }, `${what} did not end in time: left behind, it can change nothing any more`);
}

/** A step of the end that fails does not keep the next ones from being made. A lost activation makes none. */
async function orLog(activation: Activation, what: string, step: () => Promise<void>): Promise<void> {
  if (activation.isLost) return;
  try {
    await step();
  } catch (error) {
    activation.log.error({ err: error }, what);
  }
}
