// Occupancy. Owns: which chains are inside one entity, and who fits beside them. Does not own: the queue of those who do not.
//   O1. A strong holder (a turn with an idempotency key or an event, the beginning and the end of an activation) has nobody beside it but its own chain; a holder has no second one and no reader beside it.
//   O2. An interleaving call (`@Interleave`, or any under reentrancy `all`) fits beside all but a strong holder. As a writer it shares, as a
//       reader it visits: sharers keep out strong holders and reads that must not be dirty, visitors nobody. Strict reads keep sharers out, too.
//   O3. While a unit that was inside commits, the entity is sealed: nobody gets in, not even the unit's own chain.
//   O4. A seal that is relaxed lets in who follows (the next message): what the unit did stays, or is lost together with what follows.
import type { Reentrancy } from '../../decorators/index.js';
import type { CallChain } from './call-chain.js';
import type { PendingCall } from './pending-call.js';

/** Those who are inside beside a holder: most entities never have one. */
interface Guests {
  readonly readers: CallChain[];
  /** Those of the readers that must not see what is not committed. */
  readonly strict: CallChain[];
  readonly sharers: CallChain[];
  readonly visitors: CallChain[];
}

const NOBODY: readonly CallChain[] = [];

export abstract class Occupancy {
  private holder: CallChain | undefined;
  private isStrong = false;
  private seals = 0;
  /** O4: how many of them. */
  private relaxed = 0;
  private guests: Guests | undefined;

  constructor(protected readonly reentrancy: Reentrancy) {}

  /** A writing turn on the entity has begun and not ended. */
  protected abstract get hasOpenTurn(): boolean;

  /** All chains inside, in whoever's way. */
  present(): readonly CallChain[] {
    const { holder, guests } = this;
    if (!guests) return holder ? [holder] : NOBODY;
    const others = [...guests.readers, ...guests.sharers, ...guests.visitors];
    return holder ? [holder, ...others] : others;
  }

  isHeldBy(chain: CallChain): boolean {
    return this.holder === chain;
  }

  /** Holds the entity for `chain`, strongly, before any call arrives. */
  holdFor(chain: CallChain): void {
    this.holder = chain;
    this.isStrong = true;
  }

  /** `chain` takes the place of its child, whose turn joined its unit. */
  adopt(child: CallChain, chain: CallChain): void {
    if (this.holder === child) this.holder = chain;
    else if (remove(this.guests?.sharers, child)) this.guests!.sharers.push(chain);
  }

  /** Nobody is inside but, at most, a holder. */
  protected get isHeldOnly(): boolean {
    return this.guests === undefined;
  }

  /** How many chains can be in anybody's way. */
  protected get blockerCount(): number {
    const { holder, guests } = this;
    return (holder ? 1 : 0) + (guests ? guests.readers.length + guests.sharers.length : 0);
  }

  protected isSealedFor(call: PendingCall): boolean {
    return this.seals > 0 && this.seals > (call.follows ? this.relaxed : 0);
  }

  /** It may run while turns of other chains await. */
  protected interleaves(call: PendingCall): boolean {
    if (call.isExclusive) return false;
    return call.mode.interleave || (this.reentrancy === 'all' && !call.mode.strict);
  }

  /** Its chain holds or shares the entity already. */
  protected isInside(chain: CallChain): boolean {
    if (this.holder && chain.isWithin(this.holder)) return true;
    return this.guests?.sharers.some((sharer) => chain.isWithin(sharer)) ?? false;
  }

  protected isReading(chain: CallChain): boolean {
    return this.guests?.readers.some((reader) => chain.isWithin(reader)) ?? false;
  }

  /** Nobody but its own chain is in the way. */
  protected fits(call: PendingCall): boolean {
    if (this.isSealedFor(call)) return false;
    const { holder } = this;
    if (holder && !this.fitsBeside(holder, call)) return false;
    if (!this.guests) return true;
    return this.guestsInTheWayOf(call).every((guest) => call.chain.isWithin(guest));
  }

  /** The other chains that keep the call out. */
  protected inTheWayOf(call: PendingCall): readonly CallChain[] {
    const { holder } = this;
    const guests = this.guestsInTheWayOf(call);
    return holder && !this.fitsBeside(holder, call) ? [holder, ...guests] : guests;
  }

  /** The call's chain is inside from now on. */
  protected admit(call: PendingCall): void {
    const { chain, mode } = call;
    const interleaves = this.interleaves(call);
    if (!mode.readOnly && !interleaves) {
      this.holder = chain;
      this.isStrong = call.isExclusive;
      return;
    }
    this.guests ??= { readers: [], strict: [], sharers: [], visitors: [] };
    if (!mode.readOnly) this.guests.sharers.push(chain);
    else if (interleaves) this.guests.visitors.push(chain);
    else this.guests.readers.push(chain);
    if (mode.strict) this.guests.strict.push(chain);
  }

  /** O1: a chain that is inside has this to itself from now on, until its unit ends. */
  protected strengthen(call: PendingCall): void {
    const sharer = this.guests?.sharers.find((chain) => call.chain.isWithin(chain));
    if (sharer) {
      remove(this.guests!.sharers, sharer);
      this.holder = sharer;
    }
    this.isStrong = true;
  }

  /** The unit of `chain` lets go. */
  protected remove(chain: CallChain): void {
    if (this.holder === chain) this.holder = undefined;
    else remove(this.guests?.sharers, chain);
    this.dropGuests();
  }

  protected removeReader({ chain, mode }: PendingCall, isVisitor: boolean): void {
    remove(isVisitor ? this.guests?.visitors : this.guests?.readers, chain);
    if (mode.strict) remove(this.guests?.strict, chain);
    this.dropGuests();
  }

  /** O3. */
  protected addSeal(): void {
    this.seals++;
  }

  /** O4. */
  protected relaxSeal(): void {
    this.relaxed++;
  }

  protected removeSeal(isRelaxed: boolean): void {
    if (this.seals > 0) this.seals--;
    if (isRelaxed) this.relaxed--;
  }

  private fitsBeside(holder: CallChain, call: PendingCall): boolean {
    if (call.chain.isWithin(holder)) return this.reentrancy !== 'none' || !this.hasOpenTurn || call.mode.system;
    return !this.isStrong && this.interleaves(call);
  }

  private guestsInTheWayOf(call: PendingCall): readonly CallChain[] {
    const { guests } = this;
    if (!guests) return NOBODY;
    if (this.interleaves(call)) return call.mode.readOnly ? NOBODY : guests.strict;
    if (call.mode.readOnly) return guests.sharers;
    return call.isExclusive ? [...guests.readers, ...guests.sharers] : guests.readers;
  }

  private dropGuests(): void {
    const { guests } = this;
    if (guests && guests.readers.length === 0 && guests.sharers.length === 0 && guests.visitors.length === 0) this.guests = undefined;
  }
}

function remove(chains: CallChain[] | undefined, chain: CallChain): boolean {
  const at = chains?.indexOf(chain) ?? -1;
  if (at < 0) return false;
  chains!.splice(at, 1);
  return true;
}
