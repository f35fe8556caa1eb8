// History. Owns: what really happened in one run, as the store, the actors' own code and the callers saw it, and what is wrong with that.
//   Each actor's state is the list of the writes that it has had, each under a label of its own. So a version is a prefix of all later ones, and
//   whoever hears of a write can look it up.
import type { Program } from './program.js';

/** A write that a reply stands for. */
export interface Voucher {
  readonly actor: string;
  readonly label: string;
}

/** What every reply carries. */
export interface Reply {
  readonly actor: string;
  /** How many writes the actor had had, and the last of them. */
  readonly length: number;
  readonly last: string | undefined;
  /** The writes that are durable if the reply is true: the turn's own and those of the calls that it heard answered. */
  readonly vouched: readonly Voucher[];
}

interface Body {
  runs: number;
  threw: number;
  /** Runs under way. */
  open: number;
  readonly isKeyed: boolean;
  /** No outer turn of its chain was ever on the actor: its unit is its own. */
  isOutermost: boolean;
}

export class History {
  readonly violations: string[] = [];
  /** Writes as committed, by actor. */
  private readonly committed = new Map<string, readonly string[]>();
  private readonly acknowledged: Voucher[] = [];
  private readonly acknowledgedLengths = new Map<string, number>();
  private readonly bodies = new Map<string, Body & { readonly actor: string }>();

  complain(what: string): void {
    this.violations.push(what);
  }

  committedOf(actor: string): readonly string[] {
    return this.committed.get(actor) ?? [];
  }

  /** The store has a new version of the actor's state. */
  commit(actor: string, writes: readonly string[]): void {
    const before = this.committedOf(actor);
    if (!before.every((label, at) => writes[at] === label)) this.complain(`${actor}: a version without ${before.find((label, at) => writes[at] !== label)}, which was committed (the history forks)`);
    for (const label of new Set(writes.filter((each, at) => writes.indexOf(each) !== at))) {
      if (writes.filter((each) => each === label).length > this.mayStandThere(label)) this.complain(`${actor}: ${label} is applied twice (P7)`);
    }
    this.committed.set(actor, writes);
  }

  /** A body begins under this label. */
  begin(program: Program, label: string, path: readonly string[]): void {
    const isOutermost = !path.includes(program.actor) && !this.hasOpen(program.actor, label);
    const body = this.bodies.get(label) ?? { runs: 0, threw: 0, open: 0, isKeyed: program.isKeyed, isOutermost, actor: program.actor };
    this.bodies.set(label, body);
    body.isOutermost &&= isOutermost;
    body.open++;
    if (++body.runs > 1 && !body.isKeyed && program.does === 'write') this.complain(`${label} ran ${body.runs} times, and has no key`);
  }

  threw(label: string): void {
    this.bodies.get(label)!.threw++;
  }

  ended(label: string): void {
    this.bodies.get(label)!.open--;
  }

  /** A turn of the same root call is under way on the actor: one that its caller gave up, and whose unit takes in what follows it. */
  private hasOpen(actor: string, label: string): boolean {
    const root = rootOf(label);
    return [...this.bodies].some(([other, body]) => other !== label && body.open > 0 && body.actor === actor && rootOf(other) === root);
  }

  /** How often: once, and once more for each run that threw inside the unit of an outer turn, which is not undone by that (protocol.md §3) and remembers nothing. */
  private mayStandThere(label: string): number {
    const { isOutermost, threw } = this.bodies.get(label)!;
    return isOutermost ? 1 : 1 + threw;
  }

  /** P6: what a reply stands for is in the store when it is heard, except on actors where the caller's own chain has not ended. */
  hear({ vouched }: Reply, path: readonly string[]): void {
    for (const { actor, label } of vouched) {
      if (!path.includes(actor) && !this.committedOf(actor).includes(label)) this.complain(`the reply of ${label} on ${actor} came before its commit (P6)`);
    }
  }

  /** A caller outside any chain has his answer: nothing of it may ever be lost. */
  acknowledge(reply: Reply): void {
    this.hear(reply, []);
    for (const voucher of reply.vouched) {
      this.acknowledged.push(voucher);
      const length = this.committedOf(voucher.actor).indexOf(voucher.label) + 1;
      this.acknowledgedLengths.set(voucher.actor, Math.max(length, this.acknowledgedLengths.get(voucher.actor) ?? 0));
    }
  }

  /** What a read that begins now must see at least. */
  floor(actor: string, isStrict: boolean): number {
    return isStrict ? this.committedOf(actor).length : (this.acknowledgedLengths.get(actor) ?? 0);
  }

  /** A read from outside any chain was answered. */
  read(what: string, { actor, length, last }: Reply, floor: number): void {
    if (length < floor) this.complain(`${what}: a stale read of ${actor}: ${length} writes, where ${floor} were there before it began`);
    if (length > 0 && this.committedOf(actor)[length - 1] !== last) this.complain(`${what}: a read of ${actor} shows ${last} as number ${length}, which it is not (P6)`);
  }

  /** When all is over. */
  end(): void {
    for (const { actor, label } of this.acknowledged) {
      if (!this.committedOf(actor).includes(label)) this.complain(`${label} on ${actor} was acknowledged and is lost`);
    }
    for (const [label, { runs, threw, isOutermost, actor }] of this.bodies) {
      if (isOutermost && runs === threw && this.committedOf(actor).includes(label)) this.complain(`${label} on ${actor} threw whenever it ran, and is there`);
    }
  }

  get acknowledgedCount(): number {
    return this.acknowledged.length;
  }
}

function rootOf(label: string): string {
  return label.split('/', 1)[0]!;
}
