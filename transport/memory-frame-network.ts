// MemoryFrameNetwork. One silo's network in memory. Owns: whether it listens, and its attempts to connect. Does not own: the wire with its
// faults and connections (MemoryNetwork).
//   M5. While its silo is frozen it settles nothing; of a killed silo it refuses everything.
import { ConfigurationError, type SiloUnavailableError } from '../protocol/errors/index.js';
import { LINK_PROTOCOL } from '../protocol/link-protocol.js';
import type { FrameConnection, FrameNetwork, Peer } from '../protocol/ports/frame-network.js';
import type { Incarnation } from '../protocol/ports/state-store.js';
import { MemoryConnection, type MemoryEnd, type MemoryParty, type MemoryPath } from './memory-connection.js';
import { mismatch, refused, unreachable } from './link-refusal.js';

/** How long an attempt to connect may take. */
const CONNECT_MS = 1000;

/** A silo on the wire. */
export interface MemorySiloOptions {
  readonly siloId: string;
  /** Or how to get it: asked when it is shown to others. */
  readonly incarnation: Incarnation | (() => Incarnation);
  /** Default `main`. */
  readonly cluster?: string;
  /** Default `memory:<siloId>`. */
  readonly address?: string;
}

/** The wire, as its networks use it. */
export interface MemoryWire extends MemoryPath {
  /** Who listens, by address. */
  readonly listening: Map<string, MemoryFrameNetwork>;
  readonly connections: Set<MemoryConnection>;
}

export class MemoryFrameNetwork implements FrameNetwork, MemoryParty {
  readonly siloId: string;
  readonly address: string;
  readonly cluster: string;
  isFrozen = false;
  isKilled = false;
  isClosed = false;
  private accept: ((connection: FrameConnection) => void) | undefined;
  private readonly attempts = new Set<Attempt>();

  constructor(private readonly wire: MemoryWire, private readonly options: MemorySiloOptions) {
    this.siloId = options.siloId;
    this.address = options.address ?? `memory:${options.siloId}`;
    this.cluster = options.cluster ?? 'main';
  }

  get peer(): Peer {
    const { siloId, incarnation } = this.options;
    return { siloId, incarnation: typeof incarnation === 'string' ? incarnation : incarnation() };
  }

  listen(accept: (connection: FrameConnection) => void): Promise<void> {
    const { listening } = this.wire;
    if (this.isClosed || this.isKilled) return Promise.reject(new ConfigurationError(`${this.address}: this network is closed`));
    if (listening.has(this.address)) return Promise.reject(new ConfigurationError(`${this.address} is in use: another silo of this network listens there`));
    listening.set(this.address, this);
    this.accept = accept;
    return Promise.resolve();
  }

  connect(address: string, expected: Incarnation): Promise<FrameConnection> {
    return new Promise((resolve, reject) => {
      const attempt = new Attempt(this, address, this.wire, {
        arrive: (there) => {
          const asked = { version: LINK_PROTOCOL, cluster: there.cluster, incarnation: there.peer.incarnation };
          const why = mismatch(asked, { version: LINK_PROTOCOL, cluster: this.cluster, expected });
          if (why !== undefined) reject(refused(address, why));
          else resolve(this.join(there));
        },
        fail: reject,
        done: () => this.attempts.delete(attempt),
      });
      this.attempts.add(attempt);
      attempt.start(this.isClosed);
    });
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.leave();
    for (const connection of [...this.wire.connections]) {
      connection.parties.forEach((party, at) => party === this && connection.ends[at]?.close('this silo closed its network'));
    }
    for (const attempt of [...this.attempts]) attempt.giveUp('ECANCELED');
    return Promise.resolve();
  }

  /** Dies: its address refuses, its peers hear nothing any more. */
  kill(): void {
    this.isKilled = true;
    this.leave();
    for (const attempt of [...this.attempts]) attempt.review();
  }

  /** The faults have changed. */
  review(): void {
    for (const attempt of [...this.attempts]) attempt.review();
  }

  private leave(): void {
    if (this.wire.listening.get(this.address) === this) this.wire.listening.delete(this.address);
  }

  private join(there: MemoryFrameNetwork): MemoryEnd {
    const connection = new MemoryConnection([this, there], this.wire, (gone) => this.wire.connections.delete(gone));
    this.wire.connections.add(connection);
    there.accept?.(connection.ends[1]);
    return connection.ends[0];
  }
}

interface AttemptEnd {
  readonly arrive: (there: MemoryFrameNetwork) => void;
  readonly fail: (error: SiloUnavailableError) => void;
  readonly done: () => void;
}

/** One `connect` under way. */
class Attempt {
  private readonly timers: { cancel(): void }[] = [];
  private isThere = false;
  private isLate = false;
  private isDone = false;

  constructor(private readonly here: MemoryFrameNetwork, private readonly address: string, private readonly wire: MemoryWire, private readonly end: AttemptEnd) {}

  start(isClosed: boolean): void {
    if (isClosed) return this.giveUp('ECANCELED');
    const there = this.wire.listening.get(this.address);
    const tripMs = there ? this.wire.delayMs(this.here, there) + this.wire.delayMs(there, this.here) : 0;
    const arrive = (): void => {
      this.isThere = true;
      this.review();
    };
    if (tripMs > 0) this.timers.push(this.wire.clock.setTimer(arrive, tripMs));
    else queueMicrotask(arrive);
    this.timers.push(this.wire.clock.setTimer(() => {
      this.isLate = true;
      this.review();
    }, CONNECT_MS));
  }

  review(): void {
    const { here } = this;
    if (here.isKilled) return this.giveUp('ECANCELED');
    if (here.isFrozen) return;
    if (this.isLate) return this.giveUp('ETIMEDOUT');
    if (!this.isThere) return;
    const there = this.wire.listening.get(this.address);
    if (!there) return this.giveUp('ECONNREFUSED');
    if (there.isFrozen || this.wire.isCut(here, there)) return;
    this.settle(() => this.end.arrive(there));
  }

  giveUp(code: string): void {
    this.settle(() => this.end.fail(unreachable(this.address, code)));
  }

  private settle(how: () => void): void {
    if (this.isDone) return;
    this.isDone = true;
    for (const timer of this.timers) timer.cancel();
    this.end.done();
    how();
  }
}
