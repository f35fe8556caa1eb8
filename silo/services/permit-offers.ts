// PermitOffers. Owns: which other silos have calls of a service waiting while all permits here are taken.
//   O1. A permit that is given back, and that nobody waits for here, is offered to one of them at a time, in the order of their asking. Whoever has
//       no call for it any more says so, and the next one is asked.
//   O2. An offer reserves nothing: whoever comes first takes the permit. A silo that comes too late asks again.
import type { Incarnation, Member, Peer } from '../../protocol/ports/index.js';

export interface PermitOffersParts {
  /** Permits that are free now. */
  free(): number;
  peer(incarnation: Incarnation): Member | undefined;
  /** Asks the silo whether it sends a call; rejects when it cannot be asked. */
  offerTo(silo: Member): Promise<unknown>;
}

export class PermitOffers {
  private readonly line = new Set<Incarnation>();
  private underWay = 0;

  constructor(private readonly parts: PermitOffersParts) {}

  /** True: there is one for it now. Else it is told when there is. */
  ask({ incarnation }: Pick<Peer, 'incarnation'>): boolean {
    if (this.parts.free() > this.underWay) return true;
    this.line.add(incarnation);
    return false;
  }

  /** O1. */
  offer(): void {
    while (this.line.size > 0 && this.parts.free() > this.underWay) {
      const [first] = this.line;
      this.line.delete(first!);
      const silo = this.parts.peer(first!);
      if (silo) void this.offerTo(silo);
    }
  }

  private async offerTo(silo: Member): Promise<void> {
    this.underWay++;
    try {
      await this.parts.offerTo(silo);
    } catch {
      // It asks again when it can, if it still needs one.
    } finally {
      this.underWay--;
      this.offer();
    }
  }
}
