import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ComponentCrashedError } from '../../sdk/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { Crate, Safe, Storehouse } from './fixtures/packer.js';

const MODULE = fileURLToPath(new URL('./fixtures/packer.js', import.meta.url));

describe('ctx.tmpdir in a thread', () => {
  let base: string;
  let usual: string | undefined;
  let silo: Silo;
  beforeEach(async () => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'troupe-tmpdir-')));
    usual = process.env['TMPDIR'];
    process.env['TMPDIR'] = base;
    silo = await startSilo({ modules: [MODULE], log: 'silent' });
  });
  afterEach(async () => {
    await silo.stop();
    if (usual === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usual;
    rmSync(base, { recursive: true, force: true });
  });

  it("is the component's own, closed to others, and below the silo's root", async () => {
    const [first, second] = [silo.actor(Storehouse, 'a'), silo.actor(Storehouse, 'b')];
    const paths = [
      await first.getComponent(Crate).pack('x'), await first.getComponent(Safe).pack('x'),
      await second.getComponent(Crate).pack('x'), await second.getComponent(Safe).pack('x'),
    ];
    expect(new Set(paths).size).to.equal(4);
    for (const path of paths) {
      expect(dirname(dirname(path))).to.equal(base);
      expect(statSync(path).mode & 0o777).to.equal(0o700);
    }
  });

  it('is gone when the activation has ended, and another one in the next', async () => {
    const storehouse = silo.actor(Storehouse, 'a');
    const paths = [await storehouse.getComponent(Crate).pack('x'), await storehouse.getComponent(Safe).pack('x')];
    await storehouse.manage.deactivate();
    expect(paths.filter((path) => existsSync(path))).to.deep.equal([]);
    expect(paths).to.not.include(await storehouse.getComponent(Crate).pack('y'));
    expect(await storehouse.getComponent(Crate).list()).to.deep.equal(['y']);
  });

  it('is what the component left there when its thread has died, and goes with the activation all the same', async () => {
    for (const Class of [Crate, Safe as unknown as typeof Crate]) {
      const storehouse = silo.actor(Storehouse, Class.name);
      const component = storehouse.getComponent(Class);
      const path = await component.pack('x');
      expect(await component.exit().catch((error: unknown) => error)).to.be.instanceOf(ComponentCrashedError);
      expect(await component.list(), Class.name).to.deep.equal(['x']);
      await storehouse.manage.destroy();
      expect(existsSync(path), Class.name).to.equal(false);
    }
  });

  it('leaves nothing behind when the silo has stopped', async () => {
    await silo.actor(Storehouse, 'a').getComponent(Crate).pack('x');
    await silo.stop();
    expect(readdirSync(base)).to.deep.equal([]);
  });
});
