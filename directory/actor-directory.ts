import type { ActorId } from '../protocol/actor-id.js';
import type { ClaimedRow, Holder, Incarnation, Token } from '../protocol/ports/state-store.js';

/** An actor registered here: its token and the row it came with. */
export interface Registration {
  readonly token: Token;
  readonly row: ClaimedRow;
  /** Who had it, and is dead or has forgotten it. */
  readonly takenFrom?: Incarnation | undefined;
}

/** Who is where. Registering also loads the state: one round trip. */
export interface ActorDirectory {
  /** Registers the actor for this silo, or says who has it. Rejects with `SiloUnavailableError` where that takes a lease which this silo does not have. */
  register(id: ActorId): Promise<Registration | { readonly holder: Holder }>;
  /** Gives it up; false if it was not ours any more. */
  unregister(id: ActorId, token: Token): Promise<boolean>;
  /** Who has it, dead or alive. */
  lookup(id: ActorId): Promise<Holder | undefined>;
  /** That incarnation may still serve. Asks the membership table about one that is unknown. */
  isAlive(incarnation: Incarnation): Promise<boolean>;
}
