import { expect } from 'chai';
import { FaultyStore } from './model/faulty-store.js';
import { runModel } from './model/run-model.js';

const SEEDS = 25;
const first = Number(process.env.TROUPE_MODEL_SEED ?? Date.now() % 1_000_000);

describe('components in threads that die, at random', () => {
  for (const mode of ['thread', 'apart', 'apart-all', 'apart-none', 'apart-interleave'] as const) {
    it(`lose nothing that was acknowledged and keep nothing that failed (${mode}, seeds ${first} to ${first + SEEDS - 1})`, async function () {
      this.timeout(60_000);
      let acknowledged = 0;
      let kills = 0;
      for (let seed = first; seed < first + SEEDS; seed++) {
        const result = await runModel(seed, FaultyStore, mode);
        expect(result.violations, `TROUPE_MODEL_SEED=${seed}`).to.deep.equal([]);
        acknowledged += result.acknowledged;
        kills += result.kills;
      }
      expect(acknowledged).to.be.greaterThan(SEEDS * 4);
      expect(kills).to.be.greaterThan(SEEDS);
    });

    it(`find every circle, also where calls that are made at once meet (${mode}, seeds ${first} to ${first + SEEDS - 1})`, async function () {
      this.timeout(60_000);
      for (let seed = first; seed < first + SEEDS; seed++) {
        const { violations } = await runModel(seed, FaultyStore, mode, true);
        expect(violations, `TROUPE_MODEL_SEED=${seed}`).to.deep.equal([]);
      }
    });
  }
});
