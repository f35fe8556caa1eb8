import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { startSilo, type Silo } from '../../silo/index.js';
import { startTestCluster, type TestCluster } from '../../silo/testing/index.js';
import { TestProcess } from '../support/processes.js';
import { Packer, Pouch } from './tmpdir-actors.js';

const PROGRAM = fileURLToPath(new URL('./tmpdir-actors.js', import.meta.url));

describe('ctx.tmpdir', () => {
  let base: string;
  let usual: string | undefined;
  beforeEach(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'troupe-tmpdir-')));
    usual = process.env['TMPDIR'];
    process.env['TMPDIR'] = base;
  });
  afterEach(() => {
    if (usual === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usual;
    rmSync(base, { recursive: true, force: true });
  });

  describe('in a test cluster', () => {
    let cluster: TestCluster;
    beforeEach(async () => { cluster = await startTestCluster({ modules: [Packer] }); });
    afterEach(() => cluster.stop());

    it('is the same in every turn of an activation, and another one for each component and actor', async () => {
      const packer = cluster.actor(Packer, 'p1');
      const folder = await packer.pack('a');
      expect(await packer.pack('b')).to.equal(folder);
      expect(readdirSync(folder)).to.deep.equal(['a', 'b']);
      const others = [await packer.getComponent(Pouch).where(), await cluster.actor(Packer, 'p2').pack('a'), await cluster.actor(Packer, 'p2').getComponent(Pouch).where()];
      expect(new Set([folder, ...others]).size).to.equal(4);
    });

    it('is gone when the activation has ended, and new and empty in the next one', async () => {
      const packer = cluster.actor(Packer, 'p1');
      const [folder, pouch] = [await packer.pack('a'), await packer.getComponent(Pouch).where()];
      await packer.manage.deactivate();
      expect([existsSync(folder), existsSync(pouch)]).to.deep.equal([false, false]);
      const next = await packer.pack('b');
      expect(next).to.not.equal(folder);
      expect(readdirSync(next)).to.deep.equal(['b']);
    });

    it('is gone when the actor is destroyed', async () => {
      const packer = cluster.actor(Packer, 'p1');
      const folder = await packer.pack('a');
      await packer.manage.destroy();
      expect(existsSync(folder)).to.equal(false);
    });

    it('stays when a turn throws', async () => {
      const packer = cluster.actor(Packer, 'p1');
      const folder = await packer.pack('a');
      await packer.fail().catch(() => undefined);
      expect(await packer.pack('b')).to.equal(folder);
    });

    it('leaves nothing behind when the cluster stops', async () => {
      await cluster.actor(Packer, 'p1').pack('a');
      expect(readdirSync(base)).to.have.length(1);
      await cluster.stop();
      expect(readdirSync(base)).to.deep.equal([]);
    });

    it('makes nothing for actors that do not ask for it', async () => {
      await cluster.actor(Packer, 'p1').fail().catch(() => undefined);
      expect(readdirSync(base)).to.deep.equal([]);
    });
  });

  it('leaves nothing behind when a silo of a test cluster is killed', async () => {
    const cluster = await startTestCluster({ silos: 2, modules: [Packer], seed: 5, log: 'silent' });
    for (let key = 0; key < 8; key++) await cluster.actor(Packer, `p${key}`).pack('a');
    expect(readdirSync(base)).to.have.length(2);
    cluster.kill(cluster.silos[0]!.name);
    await cluster.stop();
    expect(readdirSync(base)).to.deep.equal([]);
  });

  describe('of a silo', () => {
    let silo: Silo | undefined;
    afterEach(() => silo?.stop());
    const start = (): Promise<Silo> => startSilo({ modules: [Packer], log: 'silent' });

    it('is gone when the silo has stopped, in good order or by force', async () => {
      for (const force of [false, true]) {
        silo = await start();
        const folder = await silo.actor(Packer, 'p1').pack('a');
        await silo.stop({ force });
        expect(existsSync(dirname(folder)), `force: ${force}`).to.equal(false);
      }
    });

    it('is left by a process that is killed, and removed when the next silo starts; while it lived nobody touched it', async () => {
      await using process = new TestProcess([PROGRAM, '--run'], { env: { TMPDIR: base } });
      const [, folder] = await process.waitForOutput(/packed (.+)\n/);
      silo = await start();
      await silo.stop();
      expect(readdirSync(folder!), 'beside the living one').to.deep.equal(['left']);
      process.kill('SIGKILL');
      await process.ended;
      expect(readdirSync(folder!), 'after its death').to.deep.equal(['left']);
      silo = await start();
      // The removal is the silo's own work: its stop waits for it.
      await silo.stop();
      expect(readdirSync(base)).to.deep.equal([]);
    });
  });
});
