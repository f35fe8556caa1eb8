import type { EntityId } from '../../protocol/actor-id.js';
import type { CallerTurn } from '../../protocol/envelope.js';

/** Turns that travel with a call. */
export const MAX_WAITING_TURNS = 32;

const NOBODY: readonly EntityId[] = [];

/**
 * The entities whose open turns wait for a call that `caller` makes, nearest first: those that made the calls which led to it, then those
 * that wait for the units of these.
 */
export function waitingEntities(caller: CallerTurn | undefined): readonly EntityId[] {
  if (caller === undefined) return NOBODY;
  if (caller.caller === undefined && caller.holdsBack === undefined) return caller.isOpen ? [caller.entity] : NOBODY;
  const turns = new Set<CallerTurn>();
  for (let turn: CallerTurn | undefined = caller; turn && !turns.has(turn); turn = turn.caller) turns.add(turn);
  // The set grows while it is walked.
  for (const { holdsBack } of turns) {
    for (let turn = holdsBack; turn && !turns.has(turn); turn = turn.caller) turns.add(turn);
    if (turns.size > MAX_WAITING_TURNS * 4) break;
  }
  const entities: EntityId[] = [];
  for (const { isOpen, entity } of turns) {
    if (isOpen && entities.length < MAX_WAITING_TURNS) entities.push(entity);
  }
  return entities;
}

/** Stubs of turns on another silo, which are open as long as their call is under way. */
export function remoteTurns(entities: readonly EntityId[]): CallerTurn | undefined {
  let caller: CallerTurn | undefined;
  for (let i = entities.length - 1; i >= 0; i--) caller = { entity: entities[i]!, isOpen: true, caller, holdsBack: undefined };
  return caller;
}
