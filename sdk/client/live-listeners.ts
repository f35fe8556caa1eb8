// LiveListeners. Owns: a client's live subscriptions, across connections.
//   L1. A subscription is made again on every new connection, until it is stopped or refused.
//   L2. A running subscription that is refused for now (a rate, a silo that stops) is asked for again.
//   L3. When numbers are skipped or another epoch begins, `onGap` is called, before the next event's listener.
import type { EntityId } from '../../protocol/actor-id.js';
import { ClientMessage, encodeMessage } from '../../protocol/client-wire.js';
import { TroupeError } from '../../protocol/errors/index.js';
import type { Clock } from '../../protocol/ports/clock.js';
import type { EventOrigin } from '../author/index.js';
import type { LastSilos } from './last-silos.js';

/** Hears an event and where it came from. */
export type EventListener = (event: unknown, origin: EventOrigin) => void;

interface LiveListener {
  readonly id: number;
  readonly target: EntityId;
  readonly eventName: string;
  readonly listener: EventListener;
  readonly onGap: (() => void) | undefined;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  position: { readonly epoch: number; readonly number: number } | undefined;
  /** Where its events come from. */
  silo: string | undefined;
}

const RETRY_MS = 1000;

/** The live subscriptions of one client. */
export class LiveListeners {
  private readonly listeners = new Map<number, LiveListener>();
  private isConnected = false;
  private closedBy: Error | undefined;

  /** Ids are shared with calls: a failure names either. */
  constructor(
    private readonly nextId: () => number,
    private readonly write: (message: Uint8Array) => void,
    private readonly clock: Clock,
    private readonly silos: LastSilos,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Resolves when the gateway has subscribed, with what stops it; rejects when it refuses. */
  async add(target: EntityId, eventName: string, listener: EventListener, onGap: (() => void) | undefined): Promise<() => Promise<void>> {
    if (this.closedBy) throw this.closedBy;
    const id = this.nextId();
    await new Promise<void>((resolve, reject) => {
      const live: LiveListener = { id, target, eventName, listener, onGap, resolve, reject, position: undefined, silo: undefined };
      this.listeners.set(id, live);
      if (this.isConnected) this.send(live);
    });
    return () => {
      if (this.listeners.delete(id) && this.isConnected) this.write(encodeMessage([ClientMessage.unsubscribe, id]));
      return Promise.resolve();
    };
  }

  connected(): void {
    this.isConnected = true;
    for (const live of this.listeners.values()) this.send(live);
  }

  lost(): void {
    this.isConnected = false;
  }

  close(error: Error): void {
    this.closedBy = error;
    for (const { reject } of this.listeners.values()) reject(error);
    this.listeners.clear();
  }

  /** The gateway says where a subscription stands now. */
  subscribed(id: number, epoch: number, number: number, silo: string | undefined): void {
    const live = this.listeners.get(id);
    if (!live) return;
    const { position } = live;
    live.position = { epoch, number };
    live.silo = silo;
    if (position && (position.epoch !== epoch || position.number !== number)) this.call(() => live.onGap?.());
    live.resolve();
  }

  /** True if the failure was a subscription's. One that was running goes on later (L2) or is reported. */
  failed(id: number, error: Error): boolean {
    const live = this.listeners.get(id);
    if (!live) return false;
    if (live.position && error instanceof TroupeError && error.retryable) {
      this.clock.setTimer(() => {
        if (this.isConnected && this.listeners.has(id)) this.send(live);
      }, RETRY_MS);
      return true;
    }
    this.listeners.delete(id);
    if (live.position) this.onError(error);
    live.reject(error);
    return true;
  }

  event(id: number, epoch: number, number: number, event: () => unknown, origin: EventOrigin): void {
    const live = this.listeners.get(id);
    if (!live) return;
    const { position } = live;
    const isNext = position !== undefined && position.epoch === epoch && position.number + 1 === number;
    live.position = { epoch, number };
    this.silos.heard(live.target, live.silo);
    if (position && !isNext) this.call(() => live.onGap?.());
    this.call(() => live.listener(event(), origin));
  }

  private send({ id, target, eventName }: LiveListener): void {
    this.write(encodeMessage([ClientMessage.subscribe, id, target.type, target.key, target.component ?? null, eventName]));
  }

  /** A listener's throw is its own: it must not stop the others. */
  private call(listener: () => unknown): void {
    try {
      listener();
    } catch (error) {
      this.onError(error);
    }
  }
}
