import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { House, Siren } from '../../examples/broadcast/broadcast.js';
import { startTestCluster } from '../../silo/testing/index.js';
import { TestProcess, type ProcessEnd } from '../support/processes.js';
import { startOwnRedis } from '../support/redis-server.js';

const SILO = fileURLToPath(new URL('../../examples/broadcast/silo.js', import.meta.url));

const MENDED = `Dead letters:
  house/133 flood-warning: 3 attempts, the pump is broken
  house/17 flood-warning: 3 attempts, the pump is broken
The pumps are repaired, the letters sent anew: 0 left.
`;

/** What it says of receipts. Who failed stands there as it came, and the letters as they came: in either order. */
function said({ code, stdout, stderr }: ProcessEnd): string {
  expect(code, stderr).to.equal(0);
  return stdout.replace(/ {2}house\/17(.*)\n {2}house\/133(.*)\n/g, '  house/133$2\n  house/17$1\n');
}

function receipts(): string {
  return `Received: each of 200 houses has it, or it lies in front of its door.
Processed: 198 have pumped, 2 have failed.
  house/133: the pump is broken
  house/17: the pump is broken
`;
}

function whole(warnings: number): RegExp {
  return new RegExp(`^A siren, and 200 houses that listen to it\\. The pumps of two are broken\\.
The warning is saved with the siren's state, and on its way: [\\w-]{22}
${receipts()}${MENDED}Each house has heard each warning once; warnings so far: ${warnings}\\.\n$`);
}

describe('examples/broadcast', function () {
  this.timeout(60_000);

  it('warns all houses, and tells a turn that waits for it who could not do what it should', async () => {
    await using t = await startTestCluster({ modules: [Siren, House], log: 'silent' });
    for (const key of ['1', '2', '3']) await t.actor(House, key).listenTo('valley');
    await t.actor(House, '2').setPump(true);
    expect(await t.clock.until(t.actor(Siren, 'valley').warnAndWait(4))).to.deep.equal(['house/2: the pump is broken']);
    expect(await Promise.all(['1', '2', '3'].map((key) => t.actor(House, key).heard()))).to.deep.equal([[4], [], [4]]);
    await t.actor(House, '2').setPump(false);
    const { letters: [letter] } = await t.deadLetters.list();
    await t.deadLetters.retry(letter!.id);
    await t.clock.advance('1s');
    expect([await t.actor(House, '2').heard(), await t.deadLetters.count()]).to.deep.equal([[4], 0]);
  });

  it('says so, without a Redis', async () => {
    await using script = new TestProcess([SILO]);
    expect(said(await script.ended)).to.match(whole(1));
  });

  it('says so with one; a warning whose silo is killed right after it was saved arrives all the same, and its receipts are opened by another', async () => {
    await using redis = await startOwnRedis();
    await using script = new TestProcess([SILO, redis.url]);
    expect(said(await script.ended)).to.match(whole(1));
    await using victim = new TestProcess([SILO, redis.url]);
    await victim.waitForOutput(/on its way: [\w-]{22}\n/, 30_000);
    victim.kill('SIGKILL');
    const { signal, stdout } = await victim.ended;
    expect(signal).to.equal('SIGKILL');
    expect(stdout, 'killed before the end').to.not.contain('Each house');
    const [, id] = /on its way: ([\w-]{22})\n/.exec(stdout)!;
    await using other = new TestProcess([SILO, redis.url, id!]);
    expect(said(await other.ended)).to.equal(`The warning ${id}, opened again:\n${receipts()}${MENDED}Each house has heard each warning once; warnings so far: 2.\n`);
  });
});
