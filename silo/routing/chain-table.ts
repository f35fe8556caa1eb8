// ChainTable. Owns: which call chains of this silo are known by their id, because they have gone on to other silos or come from there.
//   T2. Of the steps of a chain of tail calls it is known which chains they are.
//   T1. A chain that comes back meets the object that it is here: it re-enters what it holds.
import { CallChain, tailServed } from '../turns/call-chain.js';

const NONE: readonly CallChain[] = [];

interface Entry {
  readonly chain: CallChain;
  /** Calls under way that need it. */
  uses: number;
  /** Those of them that are made from here, of another silo. */
  out: number;
}

export class ChainTable {
  private readonly entries = new Map<string, Entry>();
  /** T2. */
  private readonly steps = new Map<string, CallChain[]>();

  /** The chain with these ids: its own and those of its parents. Known by its id until `letGo`. */
  enter(lineage: readonly string[]): CallChain {
    let chain: CallChain | undefined;
    for (let at = lineage.length - 1; at >= 0; at--) chain = this.entries.get(lineage[at]!)?.chain ?? new CallChain(chain, lineage[at]);
    this.hold(chain!);
    return chain!;
  }

  /** The chain and its parents are known by their ids until `letGo`. */
  hold(chain: CallChain): void {
    for (let each: CallChain | undefined = chain; each; each = each.parent) {
      const entry = this.entries.get(each.id);
      if (entry) entry.uses++;
      else this.add(each);
    }
  }

  letGo(chain: CallChain): void {
    for (let each: CallChain | undefined = chain; each; each = each.parent) {
      const entry = this.entries.get(each.id);
      if (entry && --entry.uses === 0) this.remove(entry.chain);
    }
  }

  /** T2. */
  stepsOf(tail: string): readonly CallChain[] {
    return this.steps.get(tail) ?? NONE;
  }

  /** As `hold`, for a call of another silo that the chain makes from here. Until `comeBack`. */
  goOut(chain: CallChain): void {
    this.hold(chain);
    for (let each: CallChain | undefined = chain; each; each = each.parent) this.entries.get(each.id)!.out++;
  }

  comeBack(chain: CallChain): void {
    for (let each: CallChain | undefined = chain; each; each = each.parent) this.entries.get(each.id)!.out--;
    this.letGo(chain);
  }

  /** A call of another silo that the chain made from here is under way. */
  isOut(chain: CallChain): boolean {
    return (this.entries.get(chain.id)?.out ?? 0) > 0;
  }

  *all(): Generator<CallChain> {
    for (const { chain } of this.entries.values()) yield chain;
  }

  get size(): number {
    return this.entries.size;
  }

  private add(chain: CallChain): void {
    this.entries.set(chain.id, { chain, uses: 1, out: 0 });
    const tail = tailServed(chain.id);
    if (tail !== undefined) this.steps.set(tail, [...this.stepsOf(tail), chain]);
  }

  private remove({ id }: CallChain): void {
    this.entries.delete(id);
    const tail = tailServed(id);
    if (tail === undefined) return;
    const left = this.stepsOf(tail).filter((each) => each.id !== id);
    if (left.length > 0) this.steps.set(tail, left);
    else this.steps.delete(tail);
  }
}
