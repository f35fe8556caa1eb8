import type { UnitOfWork } from './unit-of-work.js';

const NONE: readonly Promise<void>[] = [];

/** Units of one activation whose last turn is over and whose commit is under way, and the save points that are. */
export class ClosingUnits {
  private table: Map<UnitOfWork, Promise<void>> | undefined;

  /** `committed` resolves when the unit is durable or undone. */
  add(unit: UnitOfWork, committed: Promise<void>): void {
    (this.table ??= new Map()).set(unit, committed);
  }

  remove(unit: UnitOfWork): void {
    this.table?.delete(unit);
    if (this.table?.size === 0) this.table = undefined;
  }

  /** The ends of those that share an entity with `unit`; none for a unit that commits itself. */
  beside(unit: UnitOfWork): readonly Promise<void>[] {
    if (!this.table || this.table.has(unit)) return NONE;
    return this.sharing(unit, () => true);
  }

  /** As `beside`, of those whose changes are taken already: what others change now must be compared with them. */
  stagedBeside(unit: UnitOfWork): readonly Promise<void>[] {
    return this.table ? this.sharing(unit, ({ isStaged }) => isStaged) : NONE;
  }

  all(): readonly UnitOfWork[] {
    return this.table ? [...this.table.keys()] : [];
  }

  private sharing(unit: UnitOfWork, test: (other: UnitOfWork) => boolean): readonly Promise<void>[] {
    return [...this.table!].filter(([other]) => test(other) && unit.held.some((entity) => other.held.includes(entity))).map(([, committed]) => committed);
  }
}
