// NamedSilos. Owns: by which numbers one client knows silos. A silo's id goes to the client once, then its number stands for it.
//   Nothing of this is the client's choice: it is as large as the part of the cluster that answers this client, and bounded.
import { GatewayMessage, MAX_SILO_NUMBER } from '../../protocol/client-wire.js';

/** The silos that one connection has heard of. */
export class NamedSilos {
  /** In the order of their last use. */
  private readonly numbers = new Map<string, number>();

  /** `own`: the gateway's silo, which needs no number. `write` sends a header to the client. */
  constructor(private readonly own: string, private readonly write: (header: readonly unknown[]) => void) {}

  /** A header that ends with the number of this silo, and is as it was for the gateway's own. The client is told of a new number before. */
  from(header: readonly unknown[], silo: string): readonly unknown[] {
    return silo === this.own ? header : [...header, this.numberOf(silo)];
  }

  private numberOf(silo: string): number {
    const known = this.numbers.get(silo);
    if (known !== undefined) this.numbers.delete(silo);
    const number = known ?? this.freeNumber();
    this.numbers.set(silo, number);
    if (known === undefined) this.write([GatewayMessage.silo, number, silo]);
    return number;
  }

  private freeNumber(): number {
    if (this.numbers.size < MAX_SILO_NUMBER) return this.numbers.size + 1;
    const [oldest, number] = this.numbers.entries().next().value!;
    this.numbers.delete(oldest);
    return number;
  }
}
