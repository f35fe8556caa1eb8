// MemoryConnection. Owns: one connection of the network in memory: two ends, and between them a lane for each direction.
//   M1. A lane is a pipe: frames arrive whole, once and in order, or the connection closes and a tail of them is lost. None is lost in the middle.
//   M2. What is sent while nothing passes waits; when nothing has passed for `SILENCE_MS`, each end that runs closes (F2).
//   M3. An end of a frozen silo sees nothing. When the silo runs again it first gets what had reached it, then the close.
//   M4. An end of a killed silo never says anything again.
import type { Clock, TimerHandle } from '../protocol/ports/clock.js';
import type { FrameConnection, Peer } from '../protocol/ports/frame-network.js';
import { FrameInbox } from './frame-inbox.js';
import { checkFrame } from './link-frame.js';
import { SILENCE_MS } from './pulse.js';

const SILENT = `the peer was silent for ${SILENCE_MS} ms`;
const BROKEN = 'the connection broke';

/** A silo, as the wire sees it. */
export interface MemoryParty {
  readonly siloId: string;
  readonly peer: Peer;
  readonly isFrozen: boolean;
  readonly isKilled: boolean;
}

/** What is between two silos. */
export interface MemoryPath {
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  isCut(a: MemoryParty, b: MemoryParty): boolean;
  /** One way, for the next frame. */
  delayMs(a: MemoryParty, b: MemoryParty): number;
}

/** Two ends, the first of them at the silo that opened it. */
export class MemoryConnection {
  readonly ends: readonly [MemoryEnd, MemoryEnd];
  private silence: TimerHandle | undefined;
  private lostFor: string | undefined;
  private framesLeft = Infinity;

  constructor(readonly parties: readonly [MemoryParty, MemoryParty], private readonly path: MemoryPath, private readonly gone: (connection: MemoryConnection) => void) {
    const ends = parties.map((party, at) => new MemoryEnd(party, parties[1 - at]!, path, {
      isCut: () => this.isCut,
      passed: () => this.passed(),
      closed: () => this.review(),
    })) as [MemoryEnd, MemoryEnd];
    ends[0].other = ends[1];
    ends[1].other = ends[0];
    this.ends = ends;
  }

  /** The faults have changed, or an end has closed. */
  review(): void {
    for (const end of this.ends) end.pump();
    if (this.lostFor !== undefined) for (const end of this.ends) end.lose(this.lostFor);
    const isOver = this.ends.every((end) => end.isOver);
    if (isOver) this.gone(this);
    const isSilent = this.isCut || this.parties.some(({ isFrozen, isKilled }) => isFrozen || isKilled);
    if (isOver || !isSilent || this.lostFor !== undefined) {
      this.silence?.cancel();
      this.silence = undefined;
    } else {
      this.silence ??= this.path.clock.setTimer(() => this.lose(SILENT, this.isCut), SILENCE_MS);
    }
  }

  /** Breaks at both ends after so many more frames (both directions); what was sent behind them is lost. */
  breakAfter(frames: number): void {
    this.framesLeft = frames;
    if (frames <= 0) this.lose(BROKEN, true);
  }

  private get isCut(): boolean {
    return this.path.isCut(this.parties[0], this.parties[1]);
  }

  private passed(): void {
    this.framesLeft -= 1;
    if (this.framesLeft <= 0) this.lose(BROKEN, true);
  }

  /** `forgets`: what has not arrived never will. */
  private lose(reason: string, forgets: boolean): void {
    this.lostFor ??= reason;
    if (forgets) for (const end of this.ends) end.forget();
    this.review();
  }
}

interface Sent {
  /** Undefined: the other end closed; the reason is `why`. */
  readonly frame: Uint8Array | undefined;
  readonly why: string;
  readonly dueMs: number;
  /** Whatever happens on the way. */
  readonly hasLeft: boolean;
}

interface Between {
  readonly isCut: () => boolean;
  readonly passed: () => void;
  readonly closed: () => void;
}

/** One end, and the lane that leads to it. */
export class MemoryEnd implements FrameConnection {
  readonly peer: Peer;
  other!: MemoryEnd;
  private readonly inbox = new FrameInbox();
  private lane: Sent[] = [];
  private laneBytes = 0;
  private lastDueMs = 0;
  private wake: TimerHandle | undefined;
  private isScheduled = false;
  private isPumping = false;
  private isNoticed = false;

  constructor(private readonly party: MemoryParty, private readonly far: MemoryParty, private readonly path: MemoryPath, private readonly between: Between) {
    this.peer = far.peer;
  }

  /** Neither says nor hears anything any more. */
  get isOver(): boolean {
    return this.inbox.isClosed || this.party.isKilled;
  }

  get bufferedBytes(): number {
    return this.other.laneBytes;
  }

  send(frame: Uint8Array): void {
    checkFrame(frame);
    if (!this.isOver) this.other.post({ frame: frame.slice(), why: '' });
  }

  close(reason: string): void {
    if (this.isOver) return;
    this.inbox.end(reason, true);
    this.forget();
    // M1. Some of what is under way is lost, its end.
    this.other.loseTail();
    this.other.post({ frame: undefined, why: 'the peer closed the connection' });
    this.between.closed();
  }

  onFrame(listener: (frame: Uint8Array) => void): void {
    this.inbox.onFrame((frame) => { if (!this.party.isKilled) listener(frame); });
  }

  onClose(listener: (reason: string) => void): void {
    this.inbox.onClose((reason) => { if (!this.party.isKilled) listener(reason); });
  }

  /** Something was sent to this end. */
  private post(sent: Pick<Sent, 'frame' | 'why'>): void {
    if (this.isOver) return;
    // M1. A shorter delay does not overtake a longer one before it.
    this.lastDueMs = Math.max(this.lastDueMs, this.path.clock.monotonicMs() + this.path.delayMs(this.party, this.far));
    this.lane.push({ ...sent, dueMs: this.lastDueMs, hasLeft: false });
    this.laneBytes += sent.frame?.length ?? 0;
    this.schedule();
  }

  /** The connection is lost. M3: while its silo is frozen, an end does not see it. */
  lose(reason: string): void {
    if (this.isOver) return;
    if (!this.party.isFrozen) {
      this.forget();
      this.inbox.end(reason);
    } else if (!this.isNoticed) {
      this.isNoticed = true;
      this.lane.push({ frame: undefined, why: reason, dueMs: 0, hasLeft: true });
    }
  }

  /** Hands on what has arrived, while anything passes. */
  pump(): void {
    if (this.isPumping) return;
    this.isPumping = true;
    try {
      while (this.lane.length > 0 && !this.isOver && this.hasArrived()) this.take(this.lane.shift()!);
    } finally {
      this.isPumping = false;
    }
  }

  /** What has not arrived is lost. */
  forget(): void {
    this.lane = [];
    this.laneBytes = 0;
    this.wake?.cancel();
  }

  private take({ frame, why }: Sent): void {
    if (frame) {
      this.laneBytes -= frame.length;
      this.inbox.push(frame);
      this.between.passed();
    } else {
      this.forget();
      this.inbox.end(why);
      this.between.closed();
    }
  }

  /** Whether the next in the lane may come out; sets the timer for it when only time is missing. */
  private hasArrived(): boolean {
    if (this.party.isFrozen) return false;
    const [{ dueMs, hasLeft }] = this.lane as [Sent];
    if (!hasLeft && (this.between.isCut() || (this.far.isFrozen && !this.other.isOver))) return false;
    const leftMs = dueMs - this.path.clock.monotonicMs();
    if (leftMs <= 0) return true;
    this.wake?.cancel();
    this.wake = this.path.clock.setTimer(() => this.pump(), leftMs);
    return false;
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    queueMicrotask(() => {
      this.isScheduled = false;
      this.pump();
    });
  }

  private loseTail(): void {
    const kept = Math.min(this.lane.length, Math.floor(this.path.random() * (this.lane.length + 1)));
    for (const { frame } of this.lane.splice(kept)) this.laneBytes -= frame?.length ?? 0;
  }
}
