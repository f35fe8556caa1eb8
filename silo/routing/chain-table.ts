// ChainTable. Owns: which call chains of this silo are known by their id, because they have gone on to other silos or come from there.
//   T1. A chain that comes back meets the object that it is here: it re-enters what it holds.
import { CallChain } from '../turns/call-chain.js';

interface Entry {
  readonly chain: CallChain;
  /** Calls under way that need it. */
  uses: number;
  /** Those of them that are made from here, of another silo. */
  out: number;
}

export class ChainTable {
  private readonly entries = new Map<string, Entry>();

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
      else this.entries.set(each.id, { chain: each, uses: 1, out: 0 });
    }
  }

  letGo(chain: CallChain): void {
    for (let each: CallChain | undefined = chain; each; each = each.parent) {
      const entry = this.entries.get(each.id);
      if (entry && --entry.uses === 0) this.entries.delete(each.id);
    }
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
}
