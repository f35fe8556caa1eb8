// History. Owns: what callers were told of every counter. Its judgement needs no order of events: a counter's value is the number of its writes.
import type { Reply } from './counter.js';

/** A counter as Redis has it when all callers have their answers. */
export interface Kept {
  readonly value: number;
  /** Commits that its row counts. */
  readonly version: number;
  readonly epoch: number;
}

/** What may be. */
export interface JudgeSettings {
  /**
   * Redis failed over and may have lost what was acknowledged: then epochs and values come again, and a state that was written again whole
   * has fewer versions than writes. Lost, twice and gaps say how much; only what no loss explains is a fork: an owner that answers again after
   * another has.
   */
  readonly mayLose?: boolean;
}

/** When a call was made and answered, on one monotonic clock. */
export interface Times {
  readonly startMs: number;
  readonly endMs: number;
}

/** What went wrong; all 0 when nothing did. */
export interface Verdict {
  /** Acknowledged writes. */
  readonly writes: number;
  readonly lost: number;
  readonly twice: number;
  readonly gaps: number;
  /** Epochs that two silos answered for, and answers of an older epoch after those of a newer one. */
  readonly forks: number;
  readonly staleReads: number;
  readonly reads: number;
  /** The most often that an actor was claimed. */
  readonly epochs: number;
  /** Actors with a fault, the first ten. */
  readonly where: readonly string[];
}

interface Told {
  readonly values: Map<number, Reply>;
  issued: number;
  acknowledged: number;
  /** Two writes were told the same value: one of them is lost. */
  repeated: number;
  highest: number;
  readonly owners: Map<string, Owner>;
  /** Answers of an owner after whom another one had answered. */
  returned: number;
}

/** One activation, as its answers show it. */
interface Owner {
  firstEndMs: number;
  /** When somebody else had answered who was asked after that. */
  followedAtMs: number;
}

export class History {
  private readonly actors = new Map<string, Told>();
  private staleReads = 0;
  private reads = 0;

  keys(): readonly string[] {
    return [...this.actors.keys()];
  }

  /** The highest value that anybody was told so far. */
  highest(key: string): number {
    return this.actors.get(key)?.highest ?? 0;
  }

  /** A write begins; it is repeated with one key until it is acknowledged. */
  issue(key: string): void {
    this.of(key).issued++;
  }

  /** In the order of the answers. With its times it also shows whether two owners took turns. */
  acknowledge(key: string, reply: Reply, times?: Times): void {
    const told = this.of(key);
    if (times) noteOwner(told, reply, times);
    told.acknowledged++;
    if (told.values.has(reply.value)) told.repeated++;
    told.values.set(reply.value, reply);
    told.highest = Math.max(told.highest, reply.value);
  }

  /** A strict read that began when `floor` was the highest value told. */
  read(value: number, floor: number): void {
    this.reads++;
    if (value < floor) this.staleReads++;
  }

  judge(kept: ReadonlyMap<string, Kept>, { mayLose = false }: JudgeSettings = {}): Verdict {
    let [writes, lost, twice, gaps, forks] = [0, 0, 0, 0, 0];
    const where: string[] = [];
    for (const [key, told] of this.actors) {
      const { value, version } = kept.get(key) ?? { value: 0, version: 0 };
      const faults = {
        lost: mayLose ? told.acknowledged - survivors(told, value) : told.repeated + Math.max(0, told.acknowledged - told.repeated - value),
        twice: Math.max(0, value - told.issued),
        gaps: Math.abs(version - value) + holes(told, value),
        forks: told.returned + (mayLose ? 0 : forksOf(told.values)),
      };
      writes += told.acknowledged;
      lost += faults.lost;
      twice += faults.twice;
      gaps += faults.gaps;
      forks += faults.forks;
      if (Object.values(faults).some((count) => count > 0) && where.length < 10) where.push(`${key}: ${JSON.stringify({ ...faults, value, version, issued: told.issued })}`);
    }
    const epochs = Math.max(0, ...[...kept.values()].map(({ epoch }) => epoch));
    return { writes, lost, twice, gaps, forks, staleReads: this.staleReads, reads: this.reads, epochs, where };
  }

  private of(key: string): Told {
    let told = this.actors.get(key);
    if (!told) this.actors.set(key, (told = { values: new Map(), issued: 0, acknowledged: 0, repeated: 0, highest: 0, owners: new Map(), returned: 0 }));
    return told;
  }
}

/** Acknowledged writes that count: of two that were told the same value one, and none that was told more than is there. */
function survivors({ values }: Told, value: number): number {
  return [...values.keys()].filter((each) => each <= value).length;
}

/** That P owned between two answers of O is certain only when P's call began after the first and was answered before the second began. */
function noteOwner(told: Told, { epoch, silo }: Reply, { startMs, endMs }: Times): void {
  const name = `${epoch} ${silo}`;
  const mine = told.owners.get(name);
  if (mine && startMs > mine.followedAtMs) told.returned++;
  if (!mine) told.owners.set(name, { firstEndMs: endMs, followedAtMs: Infinity });
  for (const [other, owner] of told.owners) {
    if (other !== name && startMs > owner.firstEndMs) owner.followedAtMs = Math.min(owner.followedAtMs, endMs);
  }
}

/** Values that nobody was told, beyond those of writes that were never acknowledged. */
function holes({ values, issued, acknowledged }: Told, value: number): number {
  let missing = 0;
  for (let each = 1; each <= value; each++) if (!values.has(each)) missing++;
  return Math.max(0, missing - (issued - acknowledged));
}

function forksOf(values: ReadonlyMap<number, Reply>): number {
  const siloOf = new Map<number, string>();
  let forks = 0;
  let epochBefore = 0;
  for (const [, { epoch, silo }] of [...values].sort(([a], [b]) => a - b)) {
    if (epoch < epochBefore || (siloOf.get(epoch) ?? silo) !== silo) forks++;
    siloOf.set(epoch, silo);
    epochBefore = Math.max(epochBefore, epoch);
  }
  return forks;
}
