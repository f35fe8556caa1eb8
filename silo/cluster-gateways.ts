import { isLoopback } from '../protocol/loopback.js';
import type { MemberChange, Membership } from '../protocol/ports/index.js';
import type { GatewayAddresses } from './gateway/gateway-addresses.js';

/** The gateways of all silos that are up, by the addresses that their silos joined with. */
export class ClusterGateways implements GatewayAddresses {
  /** This silo's own, if it has one that clients can be told. */
  own: string | undefined;

  constructor(private readonly membership: Pick<Membership, 'peers' | 'onChange'>) {}

  /** What clients of this silo's gateway may use: another machine's loopback address is none. */
  list(): readonly string[] {
    const { own } = this;
    const isLocal = own === undefined || isLoopback(own);
    const others = this.membership.peers.flatMap(({ gateway }) => (gateway === undefined || (isLoopback(gateway) && !isLocal) ? [] : [gateway]));
    return [...(own === undefined ? [] : [own]), ...others].sort();
  }

  onChange(listener: () => void): void {
    this.membership.onChange(({ joined, dead }: MemberChange) => {
      if ([...joined, ...dead].some(({ gateway }) => gateway !== undefined)) listener();
    });
  }
}

/** What clients are told of a gateway that listens at `address`: `undefined` when that is every address of its machine, and no other was given. */
export function publicAddress(advertise: string | undefined, address: string): string | undefined {
  if (advertise !== undefined) return advertise;
  return /^https?:\/\/(0\.0\.0\.0|\[::\])(:|$)/.test(address) ? undefined : address;
}
