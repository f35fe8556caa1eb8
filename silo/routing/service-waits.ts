// Circles of waiting calls that go through services, of several silos. A call in a service's line waits for any turn that has a permit for it, on
// any silo: it is in a circle only when each of them is stuck. Where that is so, it waits for all of them as a call in a mailbox does for all in
// its way, and the search for circles (wait-circles.ts) needs to know no more. (Of one silo: see silo/services/stuck-calls.ts.)
import type { WaitingCall } from './wait-report.js';

/** Who has the permits of a service on one silo. */
export interface ServicePermits {
  readonly service: string;
  /** One at least is free. */
  readonly isFree: boolean;
  /** The chains of the turns that have the others, a chain once for each. */
  readonly holders: readonly string[];
}

/** Holders beyond that are not told: then nobody is stuck. */
export const MAX_PERMIT_HOLDERS = 64;

/**
 * The calls in their order. Those that are stuck in the line of a service wait for the chains that have its permits; others in such lines for
 * nobody. `hostsOf`: how many silos host the service; one that has not said who has its permits may have one that is free.
 */
export function withServices(calls: readonly WaitingCall[], permits: readonly ServicePermits[], hostsOf: (service: string) => number): readonly WaitingCall[] {
  if (!calls.some(({ service }) => service !== undefined)) return calls;
  const holders = holdersOf(permits, hostsOf);
  const byChain = new Map<string, WaitingCall[]>();
  for (const call of calls) {
    const others = byChain.get(call.chain);
    if (others) others.push(call);
    else byChain.set(call.chain, [call]);
  }
  const stuck = new Set(calls);
  const isStuck = (call: WaitingCall): boolean => stuck.has(call);
  const isHeldUp = ({ service, waitsFor }: WaitingCall): boolean => {
    if (service === undefined) return waitsFor.some((chain) => byChain.get(chain)?.some(isStuck));
    // A turn waits for those calls of its chain that it made, directly or not.
    return holders.get(service)?.every((chain) => byChain.get(chain)?.some((call) => isStuck(call) && call.awaitedBy.includes(service))) ?? false;
  };
  for (let size = Infinity; stuck.size < size;) {
    size = stuck.size;
    for (const call of stuck) if (!isHeldUp(call)) stuck.delete(call);
  }
  return calls.map((call) => (call.service !== undefined && isStuck(call) ? { ...call, waitsFor: holders.get(call.service)! } : call));
}

/** By service: all who have its permits, where no permit is free anywhere. */
function holdersOf(permits: readonly ServicePermits[], hostsOf: (service: string) => number): ReadonlyMap<string, readonly string[]> {
  const said = new Map<string, ServicePermits[]>();
  for (const one of permits) said.set(one.service, [...(said.get(one.service) ?? []), one]);
  const holders = new Map<string, readonly string[]>();
  for (const [service, all] of said) {
    if (all.length >= hostsOf(service) && !all.some(({ isFree }) => isFree)) holders.set(service, all.flatMap((one) => one.holders));
  }
  return holders;
}
