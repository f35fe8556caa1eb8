// A listener that the emitter's own turn has woken binds in its `onActivate`. That call joins the emitter's unit, and would be undone with it; but the
// listener stays awake, and asks no second time. So it is no part of that unit.
import type { BindingChange } from '../../protocol/ports/index.js';
import { CallChain } from '../turns/call-chain.js';
import type { Activation } from './activation.js';
import { NOTHING } from './unit-changes.js';
import { UnitOfWork } from './unit-of-work.js';

/** `chain`, whose turn runs in the unit, is that of hooks that the unit's own chain made necessary. */
export function isOfWoken(unit: UnitOfWork, chain: CallChain): boolean {
  return chain !== unit.chain;
}

/** Commits the change by itself. Resolves when it is durable. */
export function bindApart({ commits }: Activation, change: BindingChange): Promise<void> {
  const unit = new UnitOfWork(new CallChain(), undefined);
  unit.bindings = [change];
  return commits.submit(unit, NOTHING);
}
