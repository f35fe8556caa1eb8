// GatewayList. Owns: which gateways a client knows, and which one is its turn.
//   A1. Those that its user gave are tried until one answers; the cluster's own word of who is there comes first from then on.
//   A2. A learned address is used only where the client's own goes: none on the client's own machine for one that came from elsewhere, and
//       none without TLS for one that came with it.
import { isLoopback } from '../../protocol/loopback.js';

export class GatewayList {
  private learned: readonly string[] = [];
  private at: string;

  constructor(private readonly given: readonly string[], private readonly random: () => number = Math.random) {
    this.at = given[0]!;
  }

  /** The address whose turn it is. */
  get current(): string {
    return this.at;
  }

  /** The gateways of the cluster, as the connected one knows them. In another order for every client: those of a gateway that is gone spread over the others. */
  learn(addresses: readonly string[]): void {
    const usable = addresses.map(normalAddress).filter((address): address is string => address !== undefined && this.mayUse(address));
    this.learned = shuffled([...new Set(usable)], this.random);
  }

  /** The current one was lost or did not answer: the next one's turn. */
  next(): void {
    const all = [...new Set([...this.learned, ...this.given])];
    this.at = all[(all.indexOf(this.at) + 1) % all.length]!;
  }

  /** A2. */
  private mayUse(address: string): boolean {
    if (isLoopback(address) && !isLoopback(this.at)) return false;
    return address.startsWith('https:') || !this.at.startsWith('https:');
  }
}

/** As `http(s)://…` without a slash at the end; `undefined` for what is no address of a gateway. */
export function normalAddress(address: unknown): string | undefined {
  const url = typeof address === 'string' && URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^(https?|wss?):$/.test(url.protocol)) return undefined;
  return url.href.replace(/\/$/, '').replace(/^ws/, 'http');
}

function shuffled(list: string[], random: () => number): readonly string[] {
  for (let left = list.length; left > 1; left--) {
    const at = Math.floor(random() * left);
    [list[at], list[left - 1]] = [list[left - 1]!, list[at]!];
  }
  return list;
}
