import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { TestProcess } from '../support/processes.js';

const ACTORS = fileURLToPath(new URL('./fixtures/player.fixture.js', import.meta.url));
const PAGE = fileURLToPath(new URL('./fixtures', import.meta.url));

function redisUrl(): string {
  const url = process.env.TROUPE_TEST_REDIS;
  if (url) return url;
  throw new Error('TROUPE_TEST_REDIS is not set: run the tests with npm test');
}

describe('troupe, run', () => {
  it('serves until SIGTERM, then exits with 0', async () => {
    await using silo = TestProcess.troupe(['--modules', ACTORS, '--gateway-port', '0', '--auth', 'anonymous', '--page', PAGE]);
    const [, address = ''] = await silo.waitForOutput(/^Troupe is running\. Open (\S+)$/m);
    expect(address).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(address)).status).to.be.a('number');
    silo.kill('SIGTERM');
    expect((await silo.ended).code).to.equal(0);
  });

  it('says in its log, once it runs, that nothing is kept without Redis', async () => {
    await using silo = TestProcess.troupe([], { env: { TROUPE_MODULES: ACTORS } });
    await silo.waitForOutput(/^Troupe is running, without a gateway\.$/m);
    silo.kill('SIGINT');
    const { code, stderr } = await silo.ended;
    expect(code).to.equal(0);
    const messages = stderr.trim().split('\n').map((line) => (JSON.parse(line) as { readonly msg: string }).msg);
    expect(messages.filter((message) => message.startsWith('embedded:'))).to.have.length(1);
  });

  it('is the second silo of a cluster when another runs, on a port of its own', async () => {
    const flags = ['--modules', ACTORS, '--redis', redisUrl(), '--cluster', `cli-${randomUUID()}`];
    await using first = TestProcess.troupe(flags);
    await first.waitForOutput(/is running/);
    await using second = TestProcess.troupe(flags);
    await second.waitForOutput(/is running/);
    second.kill('SIGTERM');
    const { code, stderr } = await second.ended;
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain('silos joined the cluster');
    first.kill('SIGTERM');
    expect((await first.ended).code).to.equal(0);
  });

  it('prints its flags for --help and its version for --version', async () => {
    await using help = TestProcess.troupe(['--help']);
    const printed = await help.ended;
    expect({ code: printed.code, stderr: printed.stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(printed.stdout).to.match(/--gateway-port PORT +TROUPE_GATEWAY_PORT/);
    await using version = TestProcess.troupe(['--version']);
    expect((await version.ended).stdout).to.match(/^\d+\.\d+\.\d+\n$/);
  });
});
