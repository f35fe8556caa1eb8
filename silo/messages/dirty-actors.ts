// DirtyActors. Owns: which actors of this silo may have messages on their way, as others see it when it dies.
//   D1. An actor is in the store's set before its first message is. It leaves the set when it was empty for a while.
import { printEntityId, type ActorId } from '../../protocol/actor-id.js';
import { SiloUnavailableError } from '../../protocol/errors/index.js';
import type { Clock, Incarnation, Logger, StateStore, TimerHandle } from '../../protocol/ports/index.js';

const KEPT_MS = 10_000;
/** What stands still is looked after again, after longer and longer pauses: it may wait for somebody for hours. */
const MOST_LOOKS_LEFT_OUT = 30;

interface Noted {
  readonly id: ActorId;
  atMs: number;
  /** The oldest message of its outbox at the last look. */
  head: number | undefined;
  /** How many looks found it still, and how many are left out before the next reminder. */
  stills: number;
  leftOut: number;
  stored: Promise<void> | undefined;
}

export class DirtyActors {
  private readonly noted = new Map<string, Noted>();
  private timer: TimerHandle | undefined;
  private isStopped = false;
  /** Strikes actors out now; who is written down meanwhile must not be among them. */
  private cleaning: Promise<unknown> = Promise.resolve();

  /** `remind`: an actor whose messages have not moved for a while. */
  constructor(
    private readonly store: StateStore,
    private readonly incarnation: Incarnation,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly remind: (id: ActorId) => Promise<unknown>,
  ) {}

  /** D1. Resolves when others can know. */
  note(id: ActorId): Promise<void> | undefined {
    const name = printEntityId(id);
    const atMs = this.clock.monotonicMs();
    const present = this.noted.get(name);
    if (present) {
      present.atMs = atMs;
      return present.stored;
    }
    const noted: Noted = { id, atMs, head: undefined, stills: 0, leftOut: 0, stored: undefined };
    this.noted.set(name, noted);
    this.timer ??= this.clock.setTimer(() => void this.look(), KEPT_MS);
    noted.stored = this.writeDown(noted).catch((error: unknown) => {
      this.noted.delete(name);
      throw error;
    });
    return noted.stored;
  }

  private async writeDown(noted: Noted): Promise<void> {
    await this.cleaning;
    const isWritten = await this.store.noteDirty(this.incarnation, [noted.id]);
    if (!isWritten) throw new SiloUnavailableError('this silo was declared dead: messages that it stored now nobody would look for');
    noted.stored = undefined;
  }

  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
  }

  private async look(): Promise<void> {
    const beforeMs = this.clock.monotonicMs() - KEPT_MS;
    const old = [...this.noted.values()].filter(({ atMs }) => atMs <= beforeMs);
    try {
      const clean = (await Promise.all(old.map(async (noted) => ((await this.isClean(noted, beforeMs)) ? [noted.id] : [])))).flat();
      const unused = clean.filter((id) => this.noted.get(printEntityId(id))!.atMs <= beforeMs);
      for (const id of unused) this.noted.delete(printEntityId(id));
      if (unused.length > 0) await (this.cleaning = this.store.clean(this.incarnation, unused));
    } catch (error) {
      this.log.warn({ err: error }, 'it could not be seen whose messages are through; it is looked for again');
    }
    this.timer = this.noted.size === 0 || this.isStopped ? undefined : this.clock.setTimer(() => void this.look(), KEPT_MS);
  }

  private async isClean(noted: Noted, beforeMs: number): Promise<boolean> {
    const [[head], [parked]] = await Promise.all([this.store.outbox(noted.id, 1), this.store.inbox(noted.id, 1)]);
    if (!head && !parked) return noted.atMs <= beforeMs;
    const hasMoved = head !== undefined && noted.head !== head.sequence;
    noted.head = head?.sequence;
    if (hasMoved) noted.stills = noted.leftOut = 0;
    else if (noted.leftOut > 0) noted.leftOut--;
    else {
      noted.leftOut = Math.min(MOST_LOOKS_LEFT_OUT, 2 ** noted.stills++ - 1);
      await this.remind(noted.id);
    }
    return false;
  }
}
