// StoreLine. Owns: one silo's connection to the store that the cluster shares, and what is under way on it.
//   S1. While it is cut nothing passes: requests and answers wait, and arrive late when it heals.
//   S2. When it breaks, of what was under way to the store some is lost and some arrives later, when nobody waits for its answer any more.
//       A line that resends sends it again on the next connection, so that it may arrive twice and in another order.
//   S3. What a silo had sent when it died arrives all the same.
import { LinkLostError } from '../../protocol/errors/index.js';
import type { Clock } from '../../protocol/ports/clock.js';
import { Lane } from './lane.js';
import type { SeededRandom } from './seeded-random.js';
import type { SiloClock } from './silo-clock.js';

/** The faults of a line, which its silo's other lines have too. */
export interface LineFaults {
  isCut: boolean;
  delayMs: number;
}

export interface StoreLineOptions {
  readonly clock: Clock;
  readonly silo: SiloClock;
  readonly random: SeededRandom;
  readonly faults: LineFaults;
  /** As the client of the scripts does; that of the beats does not. */
  readonly resends: boolean;
}

interface Pending {
  readonly request: () => Promise<unknown>;
  readonly resolve: (answer: Promise<unknown>) => void;
  readonly reject: (error: Error) => void;
  /** How often it was sent. */
  attempt: number;
}

const RECONNECT_MS = 50;
/** S2. A proxy on the way may hold bytes for that long. */
const LATEST_MS = 4000;
const LOST = 0.3;

export class StoreLine {
  private readonly out: Lane;
  private readonly back: Lane;
  private readonly pending = new Set<Pending>();
  private strays: (() => void)[] = [];

  constructor(private readonly options: StoreLineOptions) {
    const { clock, faults } = options;
    this.out = new Lane(clock, () => !faults.isCut);
    this.back = new Lane(clock, () => !faults.isCut);
  }

  /** `request` is made when it arrives. Rejects with `LinkLostError` when nobody knows whether it did. */
  send<T>(request: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.options.silo.isStopped) return;
      const pending: Pending = { request, resolve: (answer) => resolve(answer as Promise<T>), reject, attempt: 0 };
      this.pending.add(pending);
      this.transmit(pending);
    });
  }

  /** The faults have changed. */
  review(): void {
    if (!this.options.faults.isCut) for (const stray of this.strays.splice(0)) stray();
    this.out.pump();
    this.back.pump();
  }

  /** S2. */
  break(): void {
    const { random, clock, silo, resends } = this.options;
    for (const arrive of this.out.takeAll()) if (!random.chance(LOST)) clock.setTimer(() => this.stray(arrive), random.below(LATEST_MS));
    this.back.takeAll();
    for (const pending of [...this.pending]) {
      pending.attempt++;
      if (resends) silo.setTimer(() => this.transmit(pending), RECONNECT_MS);
      else this.fail(pending);
    }
  }

  private stray(arrive: () => void): void {
    if (this.options.faults.isCut) this.strays.push(arrive);
    else arrive();
  }

  private fail(pending: Pending): void {
    this.pending.delete(pending);
    this.options.silo.whenRunning(() => pending.reject(new LinkLostError('the connection to the store broke; whether the request took effect is unknown')));
  }

  private transmit(pending: Pending): void {
    const attempt = ++pending.attempt;
    this.out.send(this.options.faults.delayMs, () => this.arrive(pending, attempt));
  }

  private arrive(pending: Pending, attempt: number): void {
    const answer = pending.request();
    // Whether anybody hears of it is decided below.
    answer.catch(() => undefined);
    if (pending.attempt !== attempt) return;
    this.back.send(this.options.faults.delayMs, () => this.options.silo.whenRunning(() => {
      if (pending.attempt === attempt && this.pending.delete(pending)) pending.resolve(answer);
    }));
  }
}
