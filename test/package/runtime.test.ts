// The installed package at work in its project: the four doors, the page in a browser, the bin, CommonJS, a second copy.
import { randomUUID } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../examples/arena-tab.js';
import { TestProcess } from '../support/processes.js';
import { acquireRedis } from '../support/redis-server.js';
import { installedPackage, type InstalledPackage } from './installed-package.js';
import { npx } from './npm.js';

const DOORS = ['troupe', 'troupe/silo', 'troupe/client', 'troupe/testing'];
/** The packages that a browser may get with a door. */
const BROWSER_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  troupe: ['reflect-metadata'],
  'troupe/client': [
    '@socket.io/component-emitter', 'class-transformer', 'debug', 'engine.io-client', 'engine.io-parser', 'ms', 'msgpackr', 'reflect-metadata', 'socket.io-client', 'socket.io-parser',
  ],
};

describe('the installed package', function () {
  this.timeout(240_000);
  let installed: InstalledPackage;

  before(async () => {
    installed = await installedPackage();
    await installed.compile('current', ['server.ts'], { noEmit: false, outDir: 'dist' });
    await mkdir(installed.path('dist/public'));
  });

  /** The compiled server, once it has printed its results and listens. */
  async function serve(): Promise<{ readonly server: TestProcess; readonly results: unknown; readonly address: string }> {
    const server = new TestProcess(['dist/server.js'], { cwd: installed.folder });
    const [, address = ''] = await server.waitForOutput(/^open (\S+)$/m, 30_000);
    const [, results = ''] = await server.waitForOutput(/^results (.*)$/m);
    return { server, results: JSON.parse(results), address };
  }

  it('runs through its four doors: a silo with a gateway, an actor with a component, a client, a test cluster', async () => {
    const { server, results } = await serve();
    await using _ = server;
    expect(results, server.stderr).to.deep.equal({
      cluster: { distance: 5, restored: true, steps: 1 }, client: { distance: 10, event: true, refused: true },
    });
  });

  describe('in a browser', () => {
    let browser: Browser;
    before(async () => { browser = await launchChromium(); });
    after(() => browser.close());

    it('plays: the client and shared classes, bundled from TypeScript, against a silo of the same package', async () => {
      await writeFile(installed.path('tsconfig.json'), JSON.stringify({ compilerOptions: { target: 'ES2022', experimentalDecorators: true } }));
      await build({
        absWorkingDir: installed.folder, entryPoints: ['page.ts'], outfile: 'dist/public/page.js', bundle: true, minify: true, format: 'esm', platform: 'browser', logLevel: 'silent',
      });
      await writeFile(installed.path('dist/public/index.html'), '<!doctype html><title>playing</title><script type="module" src="page.js"></script>');
      const { server, address } = await serve();
      await using _ = server;
      const page = await browser.newPage();
      await page.goto(address);
      await page.waitForFunction(() => document.title !== 'playing', undefined, { timeout: 15_000 });
      expect(await page.title()).to.equal('true 13 true closed');
    });
  });

  /** What a bundle of a door holds: the packages, and what is left for the platform to load. */
  async function bundled(door: string, platform: 'browser' | 'node'): Promise<{ readonly packages: readonly string[]; readonly external: readonly string[] }> {
    const { metafile } = await build({
      stdin: { contents: `import * as door from '${door}'; globalThis.door = door;`, resolveDir: installed.folder },
      absWorkingDir: installed.folder, bundle: true, write: false, metafile: true, format: 'esm', platform, target: 'es2022', logLevel: 'silent',
    });
    const inputs = Object.entries(metafile.inputs);
    const packages = new Set(inputs.map(([path]) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter((name) => name !== undefined && name !== 'troupe'));
    const external = inputs.flatMap(([, { imports }]) => imports).filter((imported) => imported.external).map(({ path }) => path);
    return { packages: [...packages] as string[], external };
  }

  for (const [door, allowed] of Object.entries(BROWSER_PACKAGES)) {
    it(`gives browsers nothing of Node and of packages only what '${door}' needs`, async () => {
      const { packages, external } = await bundled(door, 'browser');
      expect(external).to.deep.equal([]);
      expect(packages.filter((name) => !allowed.includes(name))).to.deep.equal([]);
    });
  }

  it('loads nothing of Node with the door of actors, nothing of the server with that of clients, also on Node', async () => {
    expect((await bundled('troupe', 'node')).external).to.deep.equal([]);
    const { packages, external } = await bundled('troupe/client', 'node');
    expect(packages).to.include('socket.io-client');
    expect(packages.filter((name) => /^(ioredis|bullmq|pino|socket\.io|engine\.io|tinyglobby)$/.test(name))).to.deep.equal([]);
    expect(external, 'the client of Socket.IO has built-ins to name').to.include('http');
  });

  describe('as the command line', () => {
    it('prints its flags: npx troupe --help', async () => {
      await using help = npx(['troupe', '--help'], installed.folder);
      const { code, stdout, stderr } = await help.ended;
      expect(code, stderr).to.equal(0);
      expect(stdout).to.match(/--gateway-port PORT +TROUPE_GATEWAY_PORT/);
    });

    it('runs a silo on Redis with its own scripts: npx troupe --modules … --redis …', async () => {
      await using redis = await acquireRedis();
      // npx keeps signals to itself: the silo says which process it is.
      await writeFile(installed.path('npx.mjs'), "import { writeFileSync } from 'node:fs'; writeFileSync('npx.pid', String(process.pid)); export { Walker } from './dist/actors.js';");
      const flags = ['--modules', './np*.mjs', '--redis', redis.url, '--cluster', `package-${randomUUID()}`, '--gateway-port', '0', '--auth', 'anonymous'];
      await using silo = npx(['troupe', ...flags], installed.folder);
      try {
        const [, address = ''] = await silo.waitForOutput(/connect to (\S+)$/m, 30_000);
        const told = await installed.run(
          `import { connect } from 'troupe/client'; import { Spot } from './dist/shared.js';
           const client = await connect('${address}'); const walker = client.actor('walker', 'w');
           console.log(await walker.walk(new Spot(3, 4)), (await walker.where()) instanceof Spot); await client.close();`,
        );
        expect(told).to.equal('5 true\n');
      } finally {
        process.kill(Number(await readFile(installed.path('npx.pid'), 'utf8')), 'SIGTERM');
      }
      expect((await silo.ended).code, silo.stderr).to.equal(0);
    });
  });

  it('keeps its lease by its helper thread while the loop is blocked', async () => {
    await using redis = await acquireRedis();
    const told = await installed.run(
      `import { startSilo } from 'troupe/silo'; import { Walker } from './dist/actors.js'; import { Spot } from './dist/shared.js';
       const silo = await startSilo({ modules: [Walker], redis: '${redis.url}', cluster: 'package-${randomUUID()}' });
       const walk = () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500); return silo.actor(Walker, 'w').walk(new Spot(3, 4)).catch((error) => error.code); };
       let outcome; // The thread may start later than the first block ends; without it every call fails.
       for (let attempts = 0; attempts < 8 && outcome !== 5; attempts++) outcome = await walk();
       await silo.stop(); console.log('outcome', outcome);`,
    );
    expect(told).to.match(/^outcome 5$/m).and.not.include('helper thread failed');
  });

  describe('from CommonJS', () => {
    it('is one module, whether required or imported', async () => {
      const told = await installed.run(
        `const doors = ${JSON.stringify(DOORS)}; Promise.all(doors.map(async (door) => require(door) === (await import(door)))).then((same) => console.log(same.join()));`, 'script.cjs',
      );
      expect(told).to.equal('true,true,true,true\n');
    });

    it('says what to do where require cannot load modules', async () => {
      const refused = await installed.run(`require('troupe');`, 'script.cjs', ['--no-experimental-require-module']).then(() => '', String);
      expect(refused).to.include('ERR_REQUIRE_ESM').and.to.include('dynamic import()');
      const told = await installed.run(`import('troupe').then(({ Actor }) => console.log(typeof Actor));`, 'script.cjs', ['--no-experimental-require-module']);
      expect(told).to.equal('function\n');
    });
  });

  it('names the second copy when classes were decorated by another Troupe than the one that runs them', async () => {
    const other = installed.path('node_modules/other');
    await cp(installed.path('node_modules/troupe'), `${other}/node_modules/troupe`, { recursive: true });
    await writeFile(`${other}/package.json`, JSON.stringify({ name: 'other', type: 'module', exports: './index.js' }));
    await writeFile(`${other}/index.js`, `import { Actor } from 'troupe'; export class Stray { async ping() {} } Actor({ name: 'stray' })(Stray);`);
    const told = await installed.run(
      `import { startSilo } from 'troupe/silo'; import { Stray } from 'other';
       await startSilo({ modules: [Stray], log: 'silent' }).catch((error) => console.log(error.code, error.message));`,
    );
    await rm(other, { recursive: true });
    expect(told).to.match(/^ERR_CONFIGURATION class Stray was decorated by another copy of troupe .*npm ls troupe/);
  });
});
