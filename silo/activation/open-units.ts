import type { CallChain } from '../turns/call-chain.js';
import type { Entity } from './entity.js';
import type { UnitOfWork } from './unit-of-work.js';

/** The open units of one activation by their chains. Most activations have none or one: that one needs no table. */
export class OpenUnits {
  private single: UnitOfWork | undefined;
  private table: Map<CallChain, UnitOfWork> | undefined;

  get size(): number {
    return this.table ? this.table.size : this.single ? 1 : 0;
  }

  /** The unit of the chain or of the nearest of its parents that has one. */
  of(chain: CallChain): UnitOfWork | undefined {
    if (!this.single && !this.table) return undefined;
    for (let each: CallChain | undefined = chain; each; each = each.parent) {
      const unit = this.table ? this.table.get(each) : this.single?.chain === each ? this.single : undefined;
      if (unit) return unit;
    }
    return undefined;
  }

  add(unit: UnitOfWork): void {
    if (!this.single && !this.table) {
      this.single = unit;
      return;
    }
    this.table ??= new Map([[this.single!.chain, this.single!]]);
    this.single = undefined;
    this.table.set(unit.chain, unit);
  }

  remove(unit: UnitOfWork): void {
    if (this.single === unit) this.single = undefined;
    this.table?.delete(unit.chain);
    if (this.table?.size === 0) this.table = undefined;
  }

  /** One of them has changed the entity, or may have. */
  holds(entity: Entity): boolean {
    return this.size > 0 && this.all().some((unit) => unit.held.includes(entity));
  }

  /** Of what a unit holds that is not open any more, what none of these holds; each of the others is told. */
  heldAlone({ held }: UnitOfWork, onShared: (entity: Entity) => void): readonly Entity[] {
    if (this.size === 0) return held;
    return held.filter((entity) => {
      const isShared = this.holds(entity);
      if (isShared) onShared(entity);
      return !isShared;
    });
  }

  /** The chains, and the children that are inside their units. */
  withChildren(chains: readonly CallChain[]): readonly CallChain[] {
    let all: CallChain[] | undefined;
    for (const { chain, children } of this.all()) if (children?.length && chains.includes(chain)) (all ??= [...chains]).push(...children);
    return all ?? chains;
  }

  all(): readonly UnitOfWork[] {
    return this.table ? [...this.table.values()] : this.single ? [this.single] : [];
  }
}
