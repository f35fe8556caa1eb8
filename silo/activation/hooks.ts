import type { HookName } from '../../decorators/index.js';
import { ComponentCrashedError } from '../../protocol/errors/index.js';
import { CallChain } from '../turns/call-chain.js';
import { PendingCall } from '../turns/pending-call.js';
import { SYSTEM_TURN } from '../turns/turn-mode.js';
import type { Entity } from './entity.js';

/** A hook as a turn of `chain` on the entity, or `undefined` when its class has no such hook. Queue it with `entity.offer`. */
export function hookCall(entity: Entity, hook: HookName, args: readonly unknown[], chain = new CallChain()): PendingCall | undefined {
  if (!entity.metadata.hooks.has(hook)) return undefined;
  return new PendingCall({ kind: 'hook', target: entity.id, method: hook, args, deadlineMs: Infinity, timeoutMs: Infinity, hops: 0 }, chain, SYSTEM_TURN);
}

/** The thread of this very component died of its turn, or the component is degraded: its code has refused nothing. */
export function hasCrashed({ id, metadata }: Entity, error: unknown): boolean {
  return id.component !== undefined && error instanceof ComponentCrashedError && error.component === metadata.name;
}
