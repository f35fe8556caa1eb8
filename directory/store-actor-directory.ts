import { randomBytes } from 'node:crypto';
import type { ActorId } from '../protocol/actor-id.js';
import type { Holder, Incarnation, StateStore, Token } from '../protocol/ports/state-store.js';
import type { ActorDirectory, Registration } from './actor-directory.js';

/**
 * The directory that the rows of the state store are. A row held by a dead or unknown incarnation, or by this one under another
 * token, is claimed expecting exactly that token (P5); whoever loses such a race sees the winner.
 */
export class StoreActorDirectory implements ActorDirectory {
  constructor(
    private readonly store: StateStore,
    private readonly incarnation: Incarnation,
    /** True for incarnations that may still serve; everybody else's actors are free to take. */
    private readonly isAlive: (incarnation: Incarnation) => boolean,
  ) {}

  async register(id: ActorId): Promise<Registration | { readonly holder: Holder }> {
    const token = `${this.incarnation}:${randomBytes(12).toString('base64url')}`;
    let expected: Token | undefined;
    for (;;) {
      const claim = await this.store.claim({ id, token, incarnation: this.incarnation, expected });
      if (claim.status === 'claimed') return { token, row: claim };
      const { holder } = claim;
      if (holder.incarnation !== this.incarnation && this.isAlive(holder.incarnation)) return { holder };
      if (holder.token === expected) return { holder };
      expected = holder.token;
    }
  }

  unregister(id: ActorId, token: Token): Promise<boolean> {
    return this.store.release(id, token);
  }

  lookup(id: ActorId): Promise<Holder | undefined> {
    return this.store.lookup(id);
  }
}
