// How components come and go while their actor is active: as part of the unit of the turn that asks, in a turn on the owner.
import { printEntityId, type EntityId } from '../../protocol/actor-id.js';
import { ActivationFailedError, ComponentCrashedError, UnknownComponentError } from '../../protocol/errors/index.js';
import { currentTurn } from '../../sdk/context/turn-scope.js';
import { PendingCall } from '../turns/pending-call.js';
import type { Turn } from '../turns/turn.js';
import { SYSTEM_TURN } from '../turns/turn-mode.js';
import type { Activation } from './activation.js';
import { createHosted } from './build-entities.js';
import type { Entity } from './entity.js';
import { tagsOfEntity } from './entity-tags.js';
import { hasCrashed } from './hooks.js';
import type { UnitOfWork } from './unit-of-work.js';

export interface NewComponent {
  /** The class's wire name. */
  readonly className: string;
  readonly tags: readonly string[];
  /** Encoded. */
  readonly args: Uint8Array | undefined;
}

/** Adds a component; resolves with its name when its `onActivate` has run. Rejects with `ActivationFailedError` when that or its constructor throws, `ComponentCrashedError` when its thread dies of it or is degraded: then it is out again. */
export function addComponent(activation: Activation, turn: Turn, wanted: NewComponent): Promise<string> {
  const metadata = activation.services.componentClass(activation.metadata, wanted.className);
  return onOwner(activation, turn, '@addComponent', async (unit, owning) => {
    const entity = activation.set.add(unit, metadata, wanted.args);
    giveTags(entity, wanted.tags, []);
    try {
      const creating = createHosted(entity, new Map(), true);
      if (creating) await creating;
      if (metadata.hooks.has('onActivate')) await takeTurn(entity, owning, 'onActivate', (own) => entity.hosted!.run('onActivate', [], own));
    } catch (cause) {
      activation.set.remove(unit, entity);
      throw refusalOf(entity, cause);
    }
    return entity.id.component!;
  });
}

/** Removes exactly this component, in a turn on it, after its `onDeactivate`. Rejects with `UnknownComponentError` when there is none of the name. */
export function removeComponent(activation: Activation, turn: Turn, id: EntityId): Promise<void> {
  return onOwner(activation, turn, '@removeComponent', async (unit, owning) => {
    const entity = activation.components.find((each) => each.id.component === id.component);
    if (!entity) throw noSuchComponent(activation, id.component);
    await takeTurn(entity, owning, 'onDeactivate', async (own) => {
      if (entity.extras?.fate === 'leaving') throw noSuchComponent(activation, id.component);
      await runLastHook(entity, own);
      activation.set.remove(unit, entity);
    });
  });
}

/** Tags are the entity's own, beside those of its class. */
export function giveTags(entity: Entity, added: readonly string[], removed: readonly string[]): void {
  if (added.length + removed.length === 0) return;
  entity.activation.beginTags();
  tagsOfEntity(entity).change(added, removed);
}

function refusalOf(entity: Entity, cause: unknown): Error {
  const message = `${printEntityId(entity.id)} could not be added: ${cause instanceof Error ? cause.message : String(cause)}`;
  if (!hasCrashed(entity, cause)) return new ActivationFailedError(message, { cause });
  const { component, exitCode, degradedUntil } = cause as ComponentCrashedError;
  return new ComponentCrashedError(message, { component, exitCode, degradedUntil, cause });
}

function noSuchComponent(activation: Activation, component: string | undefined): UnknownComponentError {
  const shown = component ?? '';
  return new UnknownComponentError(`${activation.name} has no component named '${shown}' to remove; it has ${activation.components.map(({ id }) => id.component).join(', ') || 'none'}`, { component: shown });
}

/** What it throws keeps nobody from removing the component. */
async function runLastHook(entity: Entity, turn: Turn): Promise<void> {
  if (!entity.metadata.hooks.has('onDeactivate')) return;
  try {
    await entity.hosted!.run('onDeactivate', ['requested'], turn);
  } catch (error) {
    entity.activation.log.error({ err: error, component: entity.id.component }, 'onDeactivate failed');
  }
}

/** Runs `work` in a turn of the same unit on the owner: the running one, or a nested one that waits for its turn there. The unit does not end before it. */
async function onOwner<T>(activation: Activation, turn: Turn, what: string, work: (unit: UnitOfWork, owning: Turn) => Promise<T>): Promise<T> {
  const unit = turn.unit!;
  // Also where the turn does not await it.
  unit.openTurns++;
  try {
    if (turn.entity.component === undefined) return await work(unit, turn);
    return await takeTurn(activation.owner, turn, what, (owning) => work(unit, owning));
  } finally {
    if (--unit.openTurns === 0) activation.units.finish(unit);
  }
}

/** A turn of the same chain on another entity of the actor, beside nobody else's; what keeps it waiting is known to the wait graph. */
async function takeTurn<T>(entity: Entity, caller: Turn, method: string, body: (turn: Turn) => T | Promise<T>): Promise<Awaited<T>> {
  let result: unknown;
  const run = async (): Promise<void> => void (result = await body(currentTurn() as Turn));
  const { deadlineMs, timeoutMs, identity } = caller.pending.envelope;
  const call = new PendingCall({ kind: 'timer', target: entity.id, method, args: [run], identity, caller, deadlineMs, timeoutMs, hops: 0 }, caller.chain, SYSTEM_TURN);
  if (entity !== entity.activation.owner) call.isPartOfExclusive = true;
  entity.offer(call);
  await call.promise;
  return result as Awaited<T>;
}
