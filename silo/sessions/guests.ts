import type { Incarnation } from '../../protocol/ports/state-store.js';
import type { PresentClient, SessionClient } from '../gateway/gateway-backend.js';

/** A client that an activation has met. */
export interface Guest {
  readonly client: SessionClient;
  /** The silo of its gateway. */
  readonly gateway: Incarnation;
  /** The number of its last presentation. */
  presentation: number;
  /** Settles as `onConnect` does. */
  readonly greeting: Promise<void>;
  isGreeted: boolean;
}

/** The clients that one activation has met and that have not left. */
export class Guests {
  private readonly guests = new Map<string, Guest>();

  get isEmpty(): boolean {
    return this.guests.size === 0;
  }

  get(clientId: string): Guest | undefined {
    return this.guests.get(clientId);
  }

  add(guest: Guest): void {
    this.guests.set(guest.client.id, guest);
  }

  remove(guest: Guest): void {
    if (this.guests.get(guest.client.id) === guest) this.guests.delete(guest.client.id);
  }

  of(gateway: Incarnation): readonly Guest[] {
    return [...this.guests.values()].filter((guest) => guest.gateway === gateway);
  }

  byGateway(): ReadonlyMap<Incarnation, readonly Guest[]> {
    return new Map([...this.gateways()].map((gateway) => [gateway, this.of(gateway)]));
  }

  /** Every gateway with a client here. */
  gateways(): ReadonlySet<Incarnation> {
    return new Set([...this.guests.values()].map(({ gateway }) => gateway));
  }

  /** The greeted clients of all gateways but this one. */
  others(gateway: Incarnation): readonly PresentClient[] {
    return [...this.guests.values()].filter((guest) => guest.isGreeted && guest.gateway !== gateway).map(({ client: { id, since } }) => ({ id, since }));
  }
}
