// The installed declarations under the compilers and settings that users have.
import { writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { installedPackage, LOWEST_TYPESCRIPT, type CompilerOptions, type InstalledPackage } from './installed-package.js';

const ALL = ['server.ts', 'page.ts'];
const BUNDLER: CompilerOptions = { module: 'ESNext', moduleResolution: 'bundler' };
const CASES: readonly (readonly [what: string, compiler: 'current' | 'lowest', changed: CompilerOptions])[] = [
  ['NodeNext, exact optional properties', 'current', {}],
  ['NodeNext, inexact optional properties', 'current', { exactOptionalPropertyTypes: false }],
  ['a bundler', 'current', BUNDLER],
  ['a bundler, with decorator metadata', 'current', { ...BUNDLER, emitDecoratorMetadata: true }],
  ['no DOM, but the types of Node', 'current', { lib: ['ES2022', 'ESNext.Disposable'], types: ['node'] }],
  ['NodeNext, exact optional properties', 'lowest', {}],
  ['a bundler, inexact optional properties', 'lowest', { ...BUNDLER, exactOptionalPropertyTypes: false }],
];

describe('the installed declarations', function () {
  this.timeout(240_000);
  let installed: InstalledPackage;
  before(async () => { installed = await installedPackage(); });

  for (const [what, compiler, changed] of CASES) {
    it(`pass the strict ${compiler === 'current' ? 'current' : LOWEST_TYPESCRIPT} compiler, libraries checked: ${what}`, async () => {
      // The page is for browsers: its own code names `document`.
      const files = 'types' in changed ? ['server.ts'] : ALL;
      const read = await installed.compile(compiler, files, changed);
      for (const door of ['sdk/index', 'silo/index', 'sdk/client/index', 'silo/testing/index']) {
        expect(read.some((file) => file.endsWith(`/node_modules/troupe/dist/${door}.d.ts`)), door).to.equal(true);
      }
    });
  }

  it("bring no types of Node along, nor any but reflect-metadata's", async () => {
    const read = await installed.compile('current', ALL);
    const packages = new Set(read.map((file) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*\/node_modules\/)/.exec(file)?.[1]));
    expect([...packages].filter((name) => name !== undefined && !name.startsWith('@typescript/')).sort()).to.deep.equal(['reflect-metadata', 'troupe']);
  });

  it('refuse what is wrong: a method that is not there, an argument of another type, an unknown option', async () => {
    const wrong = `import { Walker } from './actors.js'; import { startSilo } from 'troupe/silo'; import { connect } from 'troupe/client';
      const silo = await startSilo({ modules: [Walker], gatewai: {} });
      await silo.actor(Walker, 'a').fly();
      await (await connect()).actor<Walker>('walker', 'a').walk('north');\n`;
    await writeFile(installed.path('wrong.ts'), wrong);
    const said = await installed.compile('current', ['wrong.ts']).then(() => '', String);
    expect([...said.matchAll(/wrong\.ts\((\d+),\d+\): error/g)].map(([, line]) => line)).to.deep.equal(['2', '3', '4']);
  });
});
