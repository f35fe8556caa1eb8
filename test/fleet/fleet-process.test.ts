import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { SystemClock } from '../../protocol/system-clock.js';
import { RedisMembershipTable } from '../../state/redis-membership-table.js';
import { RedisWitness } from '../../state/redis-witness.js';
import { RedisBench } from '../state/redis-bench.js';
import { TestProcess } from '../support/processes.js';

const ACTORS = fileURLToPath(new URL('../cli/fixtures/player.fixture.js', import.meta.url));
const FLAGS = ['--modules', ACTORS, '--auth', 'anonymous', '--gateway-port', '0', '--silos', '2'];

/** The JSON lines of a process with this message. */
function linesOf(fleet: TestProcess, message: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = fleet.stderr.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
  return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>).filter(({ msg }) => msg === message);
}

describe('troupe --silos', function () {
  this.timeout(60_000);
  let bench: RedisBench;
  let table: RedisMembershipTable;
  beforeEach(async () => {
    bench = await RedisBench.open();
    table = new RedisMembershipTable(bench.connection, bench.cluster, new SystemClock());
  });
  afterEach(async () => {
    table.close();
    await bench.dispose();
  });

  const start = (): TestProcess => TestProcess.troupe([...FLAGS, '--redis', bench.url, '--cluster', bench.cluster]);

  it('runs that many silos of one cluster, prints where their gateways are, and stops them all with one signal', async () => {
    await using fleet = start();
    const [, addresses = ''] = await fleet.waitForOutput(/^Troupe is running on 2 silos\. Clients connect to (.+)$/m, 40_000);
    for (const address of addresses.split(', ')) expect((await fetch(address)).status).to.be.a('number');
    expect((await table.look()).up.map(({ member }) => member.siloId).sort()).to.deep.equal(linesOf(fleet, 'a silo runs').map(({ id }) => id).sort());
    fleet.kill('SIGTERM');
    const { code, stderr } = await fleet.ended;
    expect(code, stderr).to.equal(0);
    expect(linesOf(fleet, 'the silo stopped')).to.have.length(2);
    expect((await table.look()).up).to.deep.equal([]);
  });

  it('replaces a silo that was killed, which is dead for all at once', async () => {
    await using fleet = start();
    await fleet.waitForOutput(/^Troupe is running on 2 silos/m, 40_000);
    const [victim] = linesOf(fleet, 'a silo runs');
    process.kill(victim!['pid'] as number, 'SIGKILL');
    await fleet.waitForOutput(new RegExp(`"id":"${String(victim!['id'])}","msg":"a silo that ended is dead for the others too"`), 40_000, 'stderr');
    const dead = (await table.members()).filter(({ status }) => status === 'dead');
    expect(dead.map(({ siloId }) => siloId)).to.deep.equal([victim!['id']]);
    await fleet.waitForOutput(/("msg":"a silo runs"[^]*){3}/, 40_000, 'stderr');
    expect((await table.look()).up).to.have.length(2);
    fleet.kill('SIGTERM');
    expect((await fleet.ended).code).to.equal(0);
  });

  it('takes its silos along when it is killed itself', async () => {
    await using fleet = start();
    await fleet.waitForOutput(/^Troupe is running on 2 silos/m, 40_000);
    fleet.kill('SIGKILL');
    // Its output is theirs too: it is closed when the last of them has ended.
    await fleet.ended;
    expect((await table.look()).up).to.deep.equal([]);
  });

  it('tells once what keeps every silo from starting, and exits with 2', async () => {
    await using fleet = TestProcess.troupe(['--modules', './no-such.js', '--silos', '3', '--redis', bench.url, '--cluster', bench.cluster]);
    const { code, stdout, stderr } = await fleet.ended;
    expect({ code, stdout }, stderr).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.match(/^troupe: modules: no file '\.\/no-such\.js' \(looked for [^\n]*\n$/);
  });

  it('declares one dead on the word of whoever saw it end, and no other', async () => {
    const join = (siloId: string) => table.join({
      joiner: { siloId, incarnation: `${siloId}.x`, address: 'ws://127.0.0.1:1', startedAt: 1, labels: {}, types: {} }, newGenesis: 'g', partitions: 32,
    });
    await join('a');
    await join('b');
    const witness = await RedisWitness.open(bench.url, { cluster: bench.cluster, clock: new SystemClock() });
    try {
      await witness.sawEnd('a');
      await witness.sawEnd('a');
      await witness.sawEnd('stranger');
    } finally {
      witness.close();
    }
    expect((await table.look()).up.map(({ member }) => member.siloId)).to.deep.equal(['b']);
  });
});
