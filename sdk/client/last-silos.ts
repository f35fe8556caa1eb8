// LastSilos. Owns: what one client knows of the silos that its actors are on. Both halves are bounded: the numbers by the protocol, the actors
// by the one that was heard of longest ago.
import { printEntityId, type EntityId } from '../../protocol/actor-id.js';
import { MAX_SILO_NUMBER } from '../../protocol/client-wire.js';

const MAX_ACTORS = 1000;

/** Which silo each actor was last heard of from. */
export class LastSilos {
  /** Of this connection; 0 is the gateway's own. */
  private readonly names = new Map<number, string>();
  private readonly byActor = new Map<string, string>();

  /** A new connection: numbers of the one before mean nothing any more. */
  connected(own: string): void {
    this.names.clear();
    this.names.set(0, own);
  }

  /** The gateway says what a number means from now on. */
  name(number: unknown, silo: unknown): void {
    const isNumber = typeof number === 'number' && Number.isInteger(number) && number > 0 && number <= MAX_SILO_NUMBER;
    if (isNumber && typeof silo === 'string') this.names.set(number, silo);
  }

  /** The silo of this number; absent: the gateway's own. */
  named(number: number | undefined): string | undefined {
    return this.names.get(number ?? 0);
  }

  /** An actor, or a component of it, was heard of from there. */
  heard(target: EntityId, silo: string | undefined): void {
    if (silo === undefined) return;
    const actor = actorName(target);
    if (!this.byActor.delete(actor) && this.byActor.size >= MAX_ACTORS) this.byActor.delete(this.byActor.keys().next().value!);
    this.byActor.set(actor, silo);
  }

  of(target: EntityId): string | undefined {
    return this.byActor.get(actorName(target));
  }
}

/** Components are where their actor is. */
function actorName({ type, key }: EntityId): string {
  return printEntityId({ type, key });
}
