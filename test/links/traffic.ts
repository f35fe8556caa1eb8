import { CallTimeoutError, LinkLostError, SiloUnavailableError } from '../../protocol/errors/index.js';
import type { Random } from '../silo/model/random.js';
import { LinkedSilos, outcomeOf, type LinkedSilo } from './link-fixture.js';

const CALLS = 120;
/** The wheel's coarseness. */
const LATE_MS = 21;

/** A call, and how it ended. */
export interface Made {
  readonly id: number;
  readonly timeoutMs: number;
  readonly madeAtMs: number;
  readonly isOneWay: boolean;
  readonly outcome: ReturnType<typeof outcomeOf>;
  settledAtMs: number;
}

/** Three silos that call each other at random while the wire is cut, delayed, frozen and broken. */
export class Traffic {
  readonly made: Made[] = [];
  readonly ran = new Map<number, number>();
  readonly silos = new LinkedSilos({ limits: { windowBytes: 100_000, maxInFlight: 40 } });
  private readonly members: LinkedSilo[] = [];

  constructor(private readonly random: Random) {}

  async run(): Promise<void> {
    for (const siloId of ['a', 'b', 'c']) this.members.push(await this.start(siloId));
    while (this.made.length < CALLS) {
      if (this.random.chance(0.2)) this.disturb();
      for (let burst = this.random.below(4); burst >= 0; burst--) this.callSomebody();
      if (this.random.chance(0.7)) await this.silos.clock.advance(1 + this.random.below(120));
    }
    this.silos.wire.heal();
    for (const siloId of ['a', 'b', 'c']) this.silos.wire.thaw(siloId);
    await this.silos.clock.advance('6s');
  }

  /** What should never be, in words. */
  violations(): readonly string[] {
    return this.made.flatMap((made) => {
      const { id, outcome, madeAtMs, settledAtMs, timeoutMs } = made;
      const wrong = this.wrongWith(made);
      if (settledAtMs > madeAtMs + timeoutMs + LATE_MS) wrong.push('it settled after its deadline');
      return wrong.map((what) => `call ${id}, ${outcome.state} ${String(outcome.error)}: ${what}`);
    });
  }

  private wrongWith({ id, isOneWay, outcome: { state, value, error } }: Made): string[] {
    const runs = this.ran.get(id) ?? 0;
    if (runs > 1) return [`it ran ${runs} times`];
    if (state === 'resolved') return isOneWay || (runs === 1 && (value as string).startsWith(`${id}:`)) ? [] : ['the answer is not its own'];
    if (error instanceof SiloUnavailableError) return runs === 0 ? [] : ['it ran'];
    return error instanceof LinkLostError || error instanceof CallTimeoutError ? [] : ['it ended in no way that it may'];
  }

  private async start(siloId: string): Promise<LinkedSilo> {
    const silo = await this.silos.start(siloId);
    silo.onInvoke = async ({ args: [id, workMs, size] }) => {
      this.ran.set(id as number, (this.ran.get(id as number) ?? 0) + 1);
      if ((workMs as number) > 0) await new Promise<void>((resolve) => void this.silos.clock.setTimer(resolve, workMs as number));
      return `${String(id)}:${'y'.repeat(size as number)}`;
    };
    return silo;
  }

  private callSomebody(): void {
    const id = this.made.length;
    const from = this.members[this.random.below(3)]!;
    const to = this.members[this.random.below(3)]!;
    if (from === to) return;
    const timeoutMs = 50 + this.random.below(2000);
    const isOneWay = this.random.chance(0.1);
    const size = this.random.chance(0.15) ? 70_000 + this.random.below(400_000) : this.random.below(200);
    const args = [id, this.random.chance(0.3) ? this.random.below(300) : 0, size, 'x'.repeat(this.random.chance(0.15) ? 300_000 : 10)];
    const envelope = this.silos.call(`m${id % 7}`, args, { timeoutMs, kind: isOneWay ? 'oneWay' : 'call' });
    const promise = from.pool.invoke(to.member, envelope);
    const made: Made = { id, timeoutMs, madeAtMs: this.silos.clock.monotonicMs(), isOneWay, outcome: outcomeOf(promise), settledAtMs: Infinity };
    this.made.push(made);
    const note = (): void => void (made.settledAtMs = this.silos.clock.monotonicMs());
    promise.then(note, note);
  }

  private disturb(): void {
    const { wire } = this.silos;
    const names = ['a', 'b', 'c'];
    const one = names[this.random.below(3)]!;
    const other = names[this.random.below(3)]!;
    if (one === other) return;
    const faults = [
      () => wire.cut(one, other), () => wire.heal(), () => wire.drop(one, other, this.random.below(5)), () => wire.delay(one, other, this.random.below(60), this.random.below(30)),
      () => wire.freeze(one), () => wire.thaw(one), () => wire.thaw(other), () => wire.heal(),
    ];
    faults[this.random.below(faults.length)]!();
  }
}
