import { expect } from 'chai';
import { CallTable } from '../../silo/links/call-table.js';
import { FrameLanes } from '../../silo/links/frame-lanes.js';
import { DeadlineWheel } from '../../silo/turns/deadline-wheel.js';
import { Random } from '../silo/model/random.js';
import { Traffic } from './traffic.js';

const SEEDS = 16;

/** The first violation that some seed shows, or `undefined`. `states` counts how calls ended. */
async function firstViolation(states = new Map<string, number>()): Promise<string | undefined> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const traffic = new Traffic(new Random(seed));
    await traffic.run();
    const [violation] = traffic.violations();
    if (violation !== undefined) return `seed ${seed}, ${violation}`;
    for (const { outcome } of traffic.made) {
      const name = outcome.error?.name ?? 'answered';
      states.set(name, (states.get(name) ?? 0) + 1);
    }
  }
  return undefined;
}

/** Links with one method broken. */
interface Mutant {
  readonly of: object;
  readonly method: string;
  readonly broken: (original: (...args: never[]) => unknown) => (this: never, ...args: never[]) => unknown;
  readonly shows: RegExp;
}

const MUTANTS: Readonly<Record<string, Mutant>> = {
  'ids are used again as they were': {
    of: CallTable.prototype, method: 'remove', shows: /the answer is not its own/,
    broken: (original) => function (this: { generations: number[] }, ...args: never[]) {
      original.apply(this, args);
      this.generations.fill(0);
    },
  },
  'what was handed over counts as not sent': { of: FrameLanes.prototype, method: 'hasLeft', shows: /it ran/, broken: () => () => false },
  'nobody watches deadlines': { of: DeadlineWheel.prototype, method: 'add', shows: /after its deadline/, broken: () => () => undefined },
  'answers go to whoever has waited longest': {
    of: CallTable.prototype, method: 'get', shows: /not its own/,
    broken: () => function (this: { all(): readonly unknown[] }) { return this.all()[0]; },
  },
};

describe('links under random faults', () => {
  it(`settle every call by its deadline, run none twice, and say "not sent" only of calls that did not run (${SEEDS} seeds)`, async () => {
    const states = new Map<string, number>();
    expect(await firstViolation(states)).to.equal(undefined);
    // All kinds of ends occur, or nothing was tried.
    expect([...states.keys()]).to.have.members(['answered', 'SiloUnavailableError', 'LinkLostError', 'CallTimeoutError']);
    for (const [name, count] of states) expect(count, name).to.be.greaterThan(30);
  }).timeout(20_000);

  for (const [what, { of, method, broken, shows }] of Object.entries(MUTANTS)) {
    it(`are found out when ${what}`, async () => {
      const methods = of as Record<string, (...args: never[]) => unknown>;
      const original = methods[method]!;
      methods[method] = broken(original);
      try {
        expect(await firstViolation()).to.match(shows);
      } finally {
        methods[method] = original;
      }
    }).timeout(20_000);
  }
});
