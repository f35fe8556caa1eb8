import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect } from 'chai';
import { Scratch } from '../../isolation/scratch.js';
import { ConfigurationError } from '../../protocol/errors/index.js';

const ID = { type: 'player', key: 'p1' };
const LONG_AGO = new Date(Date.now() - 3_600_000);
const failures: unknown[] = [];
const scratchIn = (base: string): Scratch => new Scratch(base, (error, path) => failures.push([path, error]));

describe('scratch', () => {
  let base: string;
  let scratch: Scratch;
  beforeEach(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'troupe-scratch-')));
    scratch = scratchIn(base);
    failures.length = 0;
  });
  afterEach(async () => {
    await scratch.stop();
    rmSync(base, { recursive: true, force: true });
    expect(failures).to.deep.equal([]);
  });

  it('makes nothing before it is used', async () => {
    expect(scratch.release({})).to.equal(undefined);
    await scratch.sweep();
    await scratch.stop();
    expect(readdirSync(base)).to.deep.equal([]);
  });

  it('names a path that is free, and makes it when it is used', () => {
    const own = scratch.of({}, ID);
    expect(existsSync(own.path)).to.equal(false);
    expect(existsSync(dirname(own.path))).to.equal(true);
    expect(own.use()).to.equal(own.path);
    expect(statSync(own.path).mode & 0o777).to.equal(0o700);
    expect(statSync(dirname(own.path)).mode & 0o777).to.equal(0o700);
    expect(basename(own.path)).to.match(/^player-p1-[0-9a-f]{16}$/);
  });

  it('gives an entity the same directory for as long as its activation lives, also after user code has removed it', () => {
    const activation = {};
    const path = scratch.of(activation, ID).use();
    rmSync(path, { recursive: true });
    expect(scratch.of(activation, ID).use()).to.equal(path);
    expect(existsSync(path)).to.equal(true);
  });

  it('never gives one directory to two activations, components or silos', async () => {
    const other = scratchIn(base);
    const [first, second] = [{}, {}];
    const paths = [
      scratch.of(first, ID), scratch.of(first, { ...ID, component: 'Health' }), scratch.of(first, { ...ID, component: 'health' }),
      scratch.of(second, ID), other.of({}, ID),
    ].map((own) => own.use());
    expect(new Set(paths).size).to.equal(5);
    await other.stop();
  });

  it('keeps a name that a user chose within its directory', () => {
    const root = dirname(scratch.of({}, ID).path);
    for (const key of ['../../../etc', '/etc/passwd', 'a/b', '..', 'a\0b', 'x'.repeat(300), '∞/∞']) {
      expect(dirname(scratch.of({}, { type: 'player', key }).use()), key).to.equal(root);
    }
  });

  it("removes what an activation has used when it ends, and nobody else's", async () => {
    const [ending, staying] = [{}, {}];
    const paths = [scratch.of(ending, ID), scratch.of(ending, { ...ID, component: 'health' })].map((own) => own.use());
    const kept = scratch.of(staying, ID).use();
    mkdirSync(join(paths[0]!, 'deep', 'er'), { recursive: true });
    writeFileSync(join(paths[0]!, 'deep', 'er', 'file'), 'x');
    await scratch.release(ending);
    expect(paths.filter((path) => existsSync(path))).to.deep.equal([]);
    expect(existsSync(kept)).to.equal(true);
  });

  it('removes what a thread has made at a path that it was told', async () => {
    const activation = {};
    const { path } = scratch.of(activation, ID);
    mkdirSync(path);
    await scratch.release(activation);
    expect(existsSync(path)).to.equal(false);
  });

  it('follows no link out of a directory that it removes', async () => {
    const outside = join(base, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'file'), 'x');
    const activation = {};
    symlinkSync(outside, join(scratch.of(activation, ID).use(), 'link'));
    await scratch.release(activation);
    expect(readdirSync(outside)).to.deep.equal(['file']);
  });

  it('refuses code that its activation has left behind', async () => {
    const activation = {};
    const own = scratch.of(activation, ID);
    await scratch.release(activation);
    expect(() => own.use()).to.throw(ConfigurationError, 'the activation of player/p1 is over');
    await scratch.stop();
    expect(() => scratch.of({}, ID)).to.throw(ConfigurationError, 'the silo has stopped');
  });

  it('removes its root when it stops', async () => {
    writeFileSync(join(scratch.of({}, ID).use(), 'file'), 'x');
    await Promise.all([scratch.stop(), scratch.stop()]);
    expect(readdirSync(base)).to.deep.equal([]);
  });

  it('says which setting to change where no root can be made', () => {
    expect(() => scratchIn(join(base, 'x'.repeat(100))).of({}, ID)).to.throw(ConfigurationError, 'too long for a socket in it; set TMPDIR');
    expect(() => scratchIn(join(base, 'none')).of({}, ID)).to.throw(ConfigurationError, 'set TMPDIR to a directory');
  });

  it("leaves a living silo's root alone, whatever its name says", async () => {
    const path = scratch.of({}, ID).use();
    await scratchIn(base).sweep();
    expect(existsSync(path)).to.equal(true);
  });

  describe('of silos that are gone', () => {
    let servers: Server[];
    beforeEach(() => { servers = []; });
    afterEach(() => Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve)))));

    /** As a killed process leaves it: the socket is there, and nobody listens. */
    const leftBehind = async (change: (path: string) => void = () => undefined, name = 'troupe-1-0123456789abcdef'): Promise<string> => {
      const path = join(base, name);
      const dead = scratchIn(base);
      const root = dirname(dead.of({}, ID).path);
      // Renamed, a socket stays what it is, and its server does not find it to remove it.
      mkdirSync(path, { mode: 0o700 });
      const { renameSync } = await import('node:fs');
      for (const entry of readdirSync(root)) renameSync(join(root, entry), join(path, entry));
      writeFileSync(join(path, 'file'), 'x');
      await dead.stop();
      change(path);
      return path;
    };

    it('removes the root of one that is gone', async () => {
      const path = await leftBehind();
      await scratch.sweep();
      expect(existsSync(path)).to.equal(false);
    });

    it('leaves in doubt: another machine, a root without a socket that is young, or one that says to keep it', async () => {
      const kept = [
        await leftBehind((path) => writeFileSync(join(path, 'host'), `not-${hostname()}`), 'troupe-2-0123456789abcdef'),
        await leftBehind((path) => rmSync(join(path, 'host')), 'troupe-3-0123456789abcdef'),
        await leftBehind((path) => rmSync(join(path, 'alive')), 'troupe-4-0123456789abcdef'),
        await leftBehind((path) => writeFileSync(join(path, 'keep'), ''), 'troupe-5-0123456789abcdef'),
      ];
      await scratch.sweep();
      expect(kept.filter((path) => !existsSync(path))).to.deep.equal([]);
    });

    it('removes a root whose silo was killed before it listened', async () => {
      const path = await leftBehind((root) => {
        rmSync(join(root, 'alive'));
        utimesSync(root, LONG_AGO, LONG_AGO);
      });
      await scratch.sweep();
      expect(existsSync(path)).to.equal(false);
    });

    it('leaves what is no root: other names, files, links, directories that others can enter', async () => {
      const target = await leftBehind(undefined, 'not-ours');
      mkdirSync(join(base, 'troupe-7-0123456789abcdef'), { mode: 0o755 });
      writeFileSync(join(base, 'troupe-8-0123456789abcdef'), 'x');
      symlinkSync(target, join(base, 'troupe-9-0123456789abcdef'));
      mkdirSync(join(base, 'troupe-x-0123456789abcdef'), { mode: 0o700 });
      const before = readdirSync(base);
      await scratch.sweep();
      expect(readdirSync(base)).to.deep.equal(before);
      expect(existsSync(join(target, 'file'))).to.equal(true);
    });

    it('leaves a root whose silo listens, under whatever number', async () => {
      const path = await leftBehind((root) => rmSync(join(root, 'alive')));
      const server = createServer((socket) => socket.destroy());
      servers.push(server);
      await new Promise<void>((resolve) => void server.listen(join(path, 'alive'), resolve));
      utimesSync(path, LONG_AGO, LONG_AGO);
      await scratch.sweep();
      expect(existsSync(path)).to.equal(true);
    });
  });
});
