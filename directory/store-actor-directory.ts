import { randomFillSync } from 'node:crypto';
import { printEntityId, type ActorId } from '../protocol/actor-id.js';
import { SiloUnavailableError } from '../protocol/errors/index.js';
import type { Membership } from '../protocol/ports/membership.js';
import type { Holder, Incarnation, StateStore, Token } from '../protocol/ports/state-store.js';
import type { ActorDirectory, Registration } from './actor-directory.js';

const TOKEN_BYTES = 12;

/**
 * The directory that the rows of the state store are. A row held by a dead or unknown incarnation, or by this one under another
 * token, is claimed expecting exactly that token (P5); whoever loses such a race sees the winner.
 */
export class StoreActorDirectory implements ActorDirectory {
  /** Random bytes in stock: one call of the generator for many tokens. None is used twice (P1). */
  private readonly pool = Buffer.alloc(341 * TOKEN_BYTES);
  private used = this.pool.length;

  constructor(
    private readonly store: StateStore,
    private readonly incarnation: Incarnation,
    /** Asked about incarnations that may still serve; everybody else's actors are free to take. */
    private readonly membership: Pick<Membership, 'statusOf' | 'refresh' | 'isValid'>,
  ) {}

  async register(id: ActorId): Promise<Registration | { readonly holder: Holder }> {
    const token = `${this.incarnation}:${this.random()}`;
    let expected: Token | undefined;
    let takenFrom: Incarnation | undefined;
    for (;;) {
      const claim = await this.store.claim({ id, token, incarnation: this.incarnation, expected });
      if (claim.status === 'claimed') return { token, row: claim, takenFrom };
      const { holder } = claim;
      if (holder.incarnation !== this.incarnation && (await this.isAlive(holder.incarnation))) return { holder };
      if (holder.token === expected) return { holder };
      // Whoever is dead himself, or cut off, knows nothing of who lives: he takes nothing from anybody.
      if (!this.membership.isValid) {
        throw new SiloUnavailableError(`${printEntityId(id)}: this silo lost its lease, and takes the actor from nobody (${holder.incarnation} has it)`);
      }
      expected = holder.token;
      takenFrom = holder.incarnation;
    }
  }

  /** One that is unknown may have joined a moment ago; if the table does not know it either, it is dead (P4). */
  async isAlive(incarnation: Incarnation): Promise<boolean> {
    if (this.membership.statusOf(incarnation) === 'unknown') await this.membership.refresh();
    return this.membership.statusOf(incarnation) === 'up';
  }

  /** 96 random bits as text. */
  private random(): string {
    if (this.used === this.pool.length) {
      randomFillSync(this.pool);
      this.used = 0;
    }
    this.used += TOKEN_BYTES;
    return this.pool.toString('base64url', this.used - TOKEN_BYTES, this.used);
  }

  unregister(id: ActorId, token: Token): Promise<boolean> {
    return this.store.release(id, token);
  }

  lookup(id: ActorId): Promise<Holder | undefined> {
    return this.store.lookup(id);
  }
}
