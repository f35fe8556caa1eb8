import { isLoopback } from '../protocol/loopback.js';
import type { MemberChange, Member, Membership } from '../protocol/ports/index.js';
import type { GatewayAddresses } from './gateway/gateway-addresses.js';

const MOST_GONE = 256;

/** The gateways of all silos that are up, by the addresses that their silos joined with. */
export class ClusterGateways implements GatewayAddresses {
  /** This silo's own, if it has one that clients can be told. */
  own: string | undefined;
  /** Those that are no more, the latest last; bounded. */
  private readonly gone = new Set<string>();

  constructor(private readonly membership: Pick<Membership, 'peers' | 'onChange' | 'members'>) {
    membership.onChange(({ dead }) => this.miss(dead));
  }

  /** Learns of those that were gone before this silo came: the table knows the dead of the last days. */
  async recall(): Promise<void> {
    this.miss((await this.membership.members()).filter(({ status }) => status === 'dead'));
  }

  /** What clients of this silo's gateway may use: another machine's loopback address is none. */
  list(): readonly string[] {
    const { own } = this;
    const others = this.membership.peers.flatMap(({ gateway }) => gateway ?? []);
    return [...(own === undefined ? [] : [own]), ...this.usable(others)].sort();
  }

  origins(): readonly string[] {
    return [...this.list(), ...this.usable([...this.gone])];
  }

  onChange(listener: () => void): void {
    this.membership.onChange(({ joined, dead }: MemberChange) => {
      if ([...joined, ...dead].some(({ gateway }) => gateway !== undefined)) listener();
    });
  }

  private miss(dead: readonly Member[]): void {
    for (const { gateway } of dead) {
      if (gateway === undefined) continue;
      this.gone.delete(gateway);
      this.gone.add(gateway);
      if (this.gone.size > MOST_GONE) this.gone.delete(this.gone.values().next().value!);
    }
  }

  private usable(addresses: readonly string[]): readonly string[] {
    const isLocal = this.own === undefined || isLoopback(this.own);
    return isLocal ? addresses : addresses.filter((address) => !isLoopback(address));
  }
}

/** What clients are told of a gateway that listens at `address`: `undefined` when that is every address of its machine, and no other was given. */
export function publicAddress(advertise: string | undefined, address: string): string | undefined {
  if (advertise !== undefined) return advertise;
  return /^https?:\/\/(0\.0\.0\.0|\[::\])(:|$)/.test(address) ? undefined : address;
}
