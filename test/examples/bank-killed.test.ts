import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { TestProcess, type ProcessEnd } from '../support/processes.js';
import { startOwnRedis } from '../support/redis-server.js';

const BANK = fileURLToPath(new URL('../../examples/bank/silo.js', import.meta.url));
const TRANSFERS = 300;

describe('examples/bank, killed', function () {
  this.timeout(60_000);

  it('has moved each transfer once when it is killed amid the batch, again and again, and then asked for all of it', async () => {
    await using redis = await startOwnRedis();
    for (const answered of [20, 250]) {
      await using victim = new TestProcess([BANK, redis.url, '--details']);
      await victim.waitForOutput(new RegExp(`(t\\d+: .*\\n){${answered}}`));
      victim.kill('SIGKILL');
      const { signal, stdout } = await victim.ended;
      expect(signal).to.equal('SIGKILL');
      expect(stdout, 'killed before the end').to.not.contain('After: ');
    }
    await using first = new TestProcess([BANK, redis.url, '--details']);
    const whole = check(await first.ended);
    await using second = new TestProcess([BANK, redis.url, '--details']);
    expect(check(await second.ended), 'asking once more changes nothing').to.deep.equal(whole);
  });
});

/** The last balances; the total, and each balance as the list of settled transfers says it. */
function check({ code, stdout, stderr }: ProcessEnd): Record<string, number> {
  expect(code, stderr).to.equal(0);
  expect(stdout).to.match(/^After: .*; together 40000 cents$/m);
  const settled = new Set([...stdout.matchAll(/^t(\d+): settled$/gm)].map(([, n]) => Number(n)));
  expect(settled.size).to.be.within(1, TRANSFERS - 6);
  const names = ['ada', 'bob', 'cleo', 'dan'];
  const expected: Record<string, number> = Object.fromEntries(names.map((name) => [name, 10_000]));
  for (const n of settled) {
    const cents = 1 + ((n * 37) % 300);
    expected[names[n % 4]!]! -= cents;
    expected[names[(n + 1 + (n % 3)) % 4]!]! += cents;
  }
  const shown = Object.fromEntries(names.map((name) => [name, Number(new RegExp(`${name} (\\d+)`).exec(stdout.slice(stdout.lastIndexOf('\nAfter: ')))?.[1])]));
  expect(shown).to.deep.equal(expected);
  return shown;
}
