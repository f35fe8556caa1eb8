import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { loadModules } from '../../silo/options/modules.js';
import type { ModuleSource } from '../../silo/silo-options.js';
import * as namespace from './fixtures/player.fixture.js';

const { FixtureHealth, FixturePlayer } = namespace;
const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));

async function refusal(...modules: readonly ModuleSource[]): Promise<string> {
  const refused = await loadModules(modules).catch((error: unknown) => error);
  expect(refused).to.be.instanceOf(ConfigurationError);
  return (refused as Error).message;
}

describe('the modules of a silo', () => {
  let folder: string;
  before(() => { folder = mkdtempSync(join(tmpdir(), 'troupe-modules-')); });
  after(() => rmSync(folder, { recursive: true }));

  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  const sources: Readonly<Record<string, ModuleSource>> = {
    glob: join(fixtures, '**/player.*.js'),
    path: join(fixtures, 'player.fixture.js'),
    'file URL': pathToFileURL(join(fixtures, 'player.fixture.js')),
    namespace,
  };
  for (const [kind, source] of Object.entries(sources)) {
    it(`come from a ${kind}: its actors and components, and nothing else that it exports`, async () => {
      expect(await loadModules([source])).to.deep.include({ actors: [FixturePlayer], components: [FixtureHealth] });
    });
  }

  it('come as classes, each once', async () => {
    expect(await loadModules([FixturePlayer, namespace, FixturePlayer])).to.deep.include({ actors: [FixturePlayer], components: [FixtureHealth] });
  });

  it('can be loaded by threads where they come from files, with what their actors list; not where they are given as such', async () => {
    const url = pathToFileURL(join(fixtures, 'player.fixture.js')).href;
    const fromFile = await loadModules([join(fixtures, 'player.fixture.js')]);
    expect(fromFile.urls).to.deep.equal([url]);
    expect([...fromFile.loadable]).to.have.members([FixturePlayer, FixtureHealth]);
    const given = await loadModules([namespace]);
    expect([given.urls, [...given.loadable]]).to.deep.equal([[], []]);
  });

  it('refuse a class without a decorator', async () => {
    expect(await refusal(class Plain {})).to.equal('modules[0]: class Plain has no @Actor(), @Component() or @Service()');
  });

  it('refuse a path where no file is, and a folder', async () => {
    expect(await refusal('./no/such.js')).to.match(/^modules: no file '\.\/no\/such\.js' \(looked for \/.*\/no\/such\.js\)/);
    expect(await refusal(folder)).to.match(/^modules: no file/);
  });

  it('are given as files in the working directory with or without ./', async () => {
    const here = process.cwd();
    process.chdir(fixtures);
    try {
      for (const name of ['player.fixture.js', './player.fixture.js', 'player.*.js']) {
        expect(await loadModules([name]), name).to.deep.include({ actors: [FixturePlayer], components: [FixtureHealth] });
      }
    } finally {
      process.chdir(here);
    }
  });

  it('name the file that is meant where one has the extension that was left out, or was not compiled', async () => {
    const path = file('hello.js', '');
    const bare = path.replace('.js', '');
    expect(await refusal(bare)).to.equal(`modules: no file '${bare}' (looked for ${bare}); did you mean '${bare}.js'?`);
    const source = file('greeter.mts', '');
    const compiled = source.replace('.mts', '.mjs');
    expect(await refusal(compiled)).to.equal(`modules: no file '${compiled}' (looked for ${compiled}); there is ${source}: compile it, and give the file that the compiler writes`);
  });

  it('refuse a URL where no file is, without a word of who looked for it', async () => {
    expect(await refusal('file:hello.js')).to.equal("modules: 'file:hello.js' does not load: there is no file /hello.js");
    const missing = pathToFileURL(join(folder, 'missing.js'));
    expect(await refusal(missing)).to.equal(`modules: '${missing.href}' does not load: there is no file ${join(folder, 'missing.js')}`);
  });

  it('refuse a glob that matches nothing', async () => {
    expect(await refusal('./no-such/*.js')).to.match(/^modules: '\.\/no-such\/\*\.js' matches no file in \//);
  });

  it("refuse a module that throws, telling its message's first line", async () => {
    const path = file('throws.js', "throw new Error('no luck\\ntoday')");
    expect(await refusal(path)).to.match(/^modules: '.*throws\.js' does not load: no luck \(\/.*throws\.js:1\)$/);
  });

  it('refuse a module that does not parse', async () => {
    const path = file('broken.mjs', 'export const fine = 1;\nexport const = 2;\n');
    expect(await refusal(path)).to.match(/does not load: Unexpected token '=' \(in \/.*broken\.mjs or what it imports\)$/);
  });

  it('refuse a module whose own import is missing, telling which', async () => {
    const path = file('lonely.mjs', "import './missing.mjs';");
    expect(await refusal(path)).to.match(/does not load: Cannot find module '.*missing\.mjs'/);
  });

  it('refuse an import that is missing, telling what it may be', async () => {
    const path = file('typed.mjs', `import { Player } from ${JSON.stringify(pathToFileURL(file('typeless.mjs', 'export {};')).href)}; console.log(Player);`);
    expect(await refusal(path)).to.match(/does not provide an export named 'Player'; if Player is a type, import it by "import type" \(in \/.*typed\.mjs or what it imports\)$/);
  });

  it('refuse a base class that has not loaded yet, telling where it may stand', async () => {
    const path = file('bundled.mjs', 'export class Admin extends Player {}\nvar Player = class {};');
    expect(await refusal(path)).to.match(/Class extends value undefined is not a constructor or null; the base class has not loaded yet: move it to a module that imports none of its subclasses \(\/.*bundled\.mjs:1\)$/);
  });

  it('refuse a file that a URL names badly', async () => {
    expect(await refusal('file://elsewhere/player.js')).to.match(/^modules: 'file:\/\/elsewhere\/player\.js' does not load: /);
  });

  it('refuse modules without a single actor', async () => {
    const path = file('empty.mjs', 'export const nothing = 0;');
    expect(await refusal(path)).to.match(/^modules: no actor in '.*empty\.mjs'; export a class with @Actor\(\)$/);
    expect(await refusal(FixtureHealth)).to.match(/^modules: no actor in class FixtureHealth/);
  });
});
