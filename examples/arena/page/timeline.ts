// Timeline. Owns: the last snapshots, and which moment between them is shown. The page draws 60 times a second what arrives 20 times a second,
// a little in the past, so that there is a snapshot on either side.
import type { FighterRow, ItemRow, Snapshot } from '../shared.js';

const DELAY_MS = 110;
const KEPT = 20;
/** How fast the estimate of the silo's clock gives way to later packets; earlier ones count at once. */
const DRIFT = 0.01;

/** A fighter as it is drawn. */
export interface Figure {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly hp: number;
  readonly score: number;
  readonly medkits: number;
  readonly strikes: number;
  /** Its place in the scene's `silos`, -1 if it is not known. */
  readonly silo: number;
  readonly burning: boolean;
}

export interface Scene {
  readonly tick: number;
  readonly fighters: readonly Figure[];
  readonly items: readonly ItemRow[];
  readonly silos: readonly string[];
}

export class Timeline {
  private snapshots: Snapshot[] = [];
  /** Our clock minus the silo's, by the fastest packets. */
  private offsetMs: number | undefined;

  add(snapshot: Snapshot, nowMs: number): void {
    const newest = this.snapshots.at(-1);
    // Another silo counts anew.
    if (newest && snapshot.at <= newest.at) this.clear();
    const offsetMs = nowMs - snapshot.at;
    if (this.offsetMs === undefined || offsetMs < this.offsetMs) this.offsetMs = offsetMs;
    else this.offsetMs += (offsetMs - this.offsetMs) * DRIFT;
    this.snapshots = [...this.snapshots, snapshot].slice(-KEPT);
  }

  /** After a lost connection: what comes next has nothing to do with what was. */
  clear(): void {
    this.snapshots = [];
    this.offsetMs = undefined;
  }

  /** The newest snapshot as it came. */
  latest(): Scene | undefined {
    const newest = this.snapshots.at(-1);
    return newest && { tick: newest.tick, items: newest.items, silos: newest.silos, fighters: newest.fighters.map(figure) };
  }

  /** The world at the shown moment. */
  sceneAt(nowMs: number): Scene | undefined {
    const at = nowMs - (this.offsetMs ?? 0) - DELAY_MS;
    const index = this.snapshots.findIndex((snapshot) => snapshot.at > at);
    const after = this.snapshots[index];
    const before = this.snapshots[index - 1];
    if (!after || !before) return this.latest();
    return { tick: before.tick, items: before.items, silos: before.silos, fighters: blend(before, after, (at - before.at) / (after.at - before.at)) };
  }
}

function blend(before: Snapshot, after: Snapshot, share: number): Figure[] {
  const next = new Map(after.fighters.map((row) => [row[0], figure(row)]));
  return before.fighters.map((row) => {
    const from = figure(row);
    const to = next.get(from.id);
    if (!to || Math.hypot(to.x - from.x, to.y - from.y) > 120) return from; // Gone, or back in another place.
    return { ...from, x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
  });
}

function figure([id, x, y, hp, score, medkits, strikes, silo, burning]: FighterRow): Figure {
  return { id, x, y, hp, score, medkits, strikes, silo, burning };
}
