// The same sources through the compilers and settings that people have.
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { ConfigurationError, type Handle } from '../../sdk/index.js';
import { startSilo } from '../../silo/index.js';
import { startTestCluster } from '../../silo/testing/index.js';
import { failure } from '../support/memory-silo.js';
import { TestProcess } from '../support/processes.js';
import type { Bird, Nest } from './fixtures/menagerie.fixture.js';
import { fixture, Project } from './project.js';

type Compile = (project: Project) => void | Promise<void>;

function expectNothing(said: string): void {
  expect(said).to.equal('');
}

const WITH: Readonly<Record<string, Compile>> = {
  'tsc with experimentalDecorators': (project) => expectNothing(project.tsc({ target: 'ES2022', experimentalDecorators: true })),
  'tsc with emitDecoratorMetadata too': (project) => expectNothing(project.tsc({ target: 'ES2022', experimentalDecorators: true, emitDecoratorMetadata: true })),
  'tsc with fields that are assigned': (project) => expectNothing(project.tsc({ target: 'ES2022', experimentalDecorators: true, useDefineForClassFields: false })),
  'tsc for ESNext': (project) => expectNothing(project.tsc({ target: 'ESNext', experimentalDecorators: true, verbatimModuleSyntax: true })),
  'esbuild (tsx) with experimentalDecorators': (project) => project.esbuild({ target: 'ES2022', experimentalDecorators: true }),
  'esbuild (tsx) with fields that are assigned': (project) => project.esbuild({ target: 'ES2022', experimentalDecorators: true, useDefineForClassFields: false }),
};

describe('actors compiled by', () => {
  let run = 0;
  for (const [setup, compile] of Object.entries(WITH)) {
    // Wire names are a process' own: each compilation has its own.
    const prefix = `zoo${++run}`;
    it(`${setup}: inheritance, mixins, overloads, private, static and computed members work as documented`, async () => {
      using project = new Project({ 'zoo.ts': fixture('menagerie.fixture.ts').replaceAll('menagerie', prefix) });
      await compile(project);
      await using cluster = await startTestCluster({ modules: [project.compiled('zoo.ts')], log: 'error' });
      const bird = cluster.actor<Bird>(`${prefix}-bird`, 'b');
      await expectInheritance(bird);
      await expectMembers(bird);
      expect(await bird.getComponent<Nest>('nest').lay()).to.equal('tweet <own> 1');
      const client = await cluster.client({ id: 'ada' });
      const outside = client.actor<Bird>(`${prefix}-bird`, 'b');
      await expectClosed(outside);
      await cluster.clock.advance('5m');
      await bird.eat(4);
      await bird.manage.deactivate();
      expect(await bird.state()).to.deep.equal({ weight: 10, age: 2, tag: 'rare', collar: '<own>' });
    });
  }
});

/** Inherited from the base, the abstract base and the mixin; the subclass's own where it overrides. */
async function expectInheritance(bird: Handle<Bird>): Promise<void> {
  expect(await bird.state()).to.deep.equal({ weight: 2, age: 1, tag: 'none', collar: '<base>' });
  expect(await bird.grow()).to.equal(2);
  expect(await bird.setTag('rare')).to.equal('rare');
  expect(await bird.feed({ grams: 5, seeds: 'oat' })).to.equal(7);
  expect((await bird.wear('own')).label()).to.equal('<own>');
  expect(await bird.look()).to.equal('tweet <own>');
  expect(await bird.closedByOverride()).to.equal('base and bird');
  expect(await bird.repeated()).to.equal('base and bird');
}

async function expectMembers(bird: object): Promise<void> {
  const call = (name: string, ...args: unknown[]): Promise<unknown> => (bird as Record<string, (...args: unknown[]) => Promise<unknown>>)[name]!(...args);
  expect(await call('sing')).to.equal('tweet 1 0');
  expect(await call('computedName')).to.equal('computed');
  expect([await call('twice', 3), await call('twice', 'ab')]).to.deep.equal([6, 'abab']);
  for (const name of ['#step', 'fly', 'songs', 'hunger', 'onFed', 'born']) {
    expect((await failure(call(name))).name, name).to.equal('UnknownMethodError');
  }
}

async function expectClosed(outside: object): Promise<void> {
  const call = (name: string, ...args: unknown[]): Promise<unknown> => (outside as Record<string, (...args: unknown[]) => Promise<unknown>>)[name]!(...args);
  expect(await call('look')).to.equal('tweet <own>');
  expect(await call('repeated')).to.equal('base and bird');
  expect((await failure(call('closedByOverride'))).name).to.equal('NotPublicError');
  expect((await failure(call('twice', 1))).name).to.equal('NotPublicError');
}

const ADVICE = 'was called as a standard decorator; set "experimentalDecorators": true in the "compilerOptions" of tsconfig.json';
/** One file per decorator, and what its messages begin with. */
const DECORATED: Readonly<Record<string, readonly [source: string, where: string]>> = {
  'actor.ts': ['@Actor() export class Player {}', '@Actor on class "Player"'],
  'component.ts': ['@Component() export class Health {}', '@Component on class "Health"'],
  'serializable.ts': ["@Serializable('without-vec2') export class Vec2 {}", '@Serializable on class "Vec2"'],
  'event.ts': ["@ActorEvent('without-died') export class Died {}", '@ActorEvent on class "Died"'],
  'public-class.ts': ["@Public() export class Died {}", '@Public on class "Died"'],
  'unnamed.ts': ['@Actor() export default class {}', '@Actor on class "default"'],
  'state.ts': ['export class Player { @State() hp = 1; }', '@State on field "hp"'],
  'public.ts': ['export class Player { @Public() move(): void {} }', '@Public on method "move"'],
  'read-only.ts': ['export class Player { @ReadOnly() look(): void {} }', '@ReadOnly on method "look"'],
  'interleave.ts': ['export class Player { @Interleave() look(): void {} }', '@Interleave on method "look"'],
  'every.ts': ["export class Player { @Every('1s') tick(): void {} }", '@Every on method "tick"'],
  'on.ts': ["export class Player { @On(class {}, { from: 'self' }) heard(): void {} }", '@On on method "heard"'],
};
const SOURCES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(DECORATED).map(([name, [source]]) => {
    const used = [...new Set([...source.matchAll(/@(\w+)/g)].map(([, decorator]) => decorator))];
    return [name, `import { ${used.join(', ')} } from 'troupe';\n${source}\n`];
  })),
  'index.ts': "export { Player } from './actor.js';\n",
};

const WITHOUT: Readonly<Record<string, Compile>> = {
  'tsc': (project) => {
    expect(project.tsc({ target: 'ES2022' })).to.contain('error TS1240: Unable to resolve signature of property decorator');
  },
  'esbuild (tsx)': (project) => project.esbuild({ target: 'ES2022' }),
};
const LEFT_IN: Readonly<Record<string, Compile>> = {
  'tsc for ESNext': (project) => void project.tsc({ target: 'ESNext' }),
  'esbuild for ESNext': (project) => project.esbuild({ target: 'ESNext' }),
};

async function startFailure(project: Project, name: string): Promise<string> {
  const error = await failure(startSilo({ modules: [project.compiled(name)], log: 'silent' }));
  expect(error).to.be.instanceOf(ConfigurationError);
  return project.printable(error.message);
}

describe('without experimentalDecorators', () => {
  for (const [compiler, compile] of Object.entries(WITHOUT)) {
    it(`${compiler} makes code whose every decorator names the option and the place for it`, async () => {
      using project = new Project(SOURCES);
      await compile(project);
      for (const [name, [, where]] of Object.entries(DECORATED)) {
        const file = `dist/${name.replace('.ts', '.js')}`;
        // tsc calls a class without a name what JavaScript does.
        const place = compiler === 'tsc' ? where : where.replace(' on class "default"', '');
        expect(await startFailure(project, name)).to.equal(`modules: '${file}' does not load: ${place} ${ADVICE} (${file}:LINE)`);
      }
      const { code, stderr } = await TestProcess.troupe(['--modules', project.compiled('index.ts')]).ended;
      expect({ code, stderr: project.printable(stderr) }).to.deep.equal({
        code: 2, stderr: `troupe: modules: 'dist/index.js' does not load: @Actor on class "Player" ${ADVICE} (dist/actor.js:LINE)\n`,
      });
    });
  }

  it('is told of what a config file imports, too', async () => {
    using project = new Project({ 'actor.ts': SOURCES['actor.ts']!, 'silo.ts': "import { Player } from './actor.js';\nexport default { modules: [Player] };\n" });
    project.tsc({ target: 'ES2022' });
    const { code, stderr } = await TestProcess.troupe(['--config', project.compiled('silo.ts')]).ended;
    expect({ code, stderr: project.printable(stderr) }).to.deep.equal({
      code: 2, stderr: `troupe: --config: 'dist/silo.js' does not load: @Actor on class "Player" ${ADVICE} (dist/actor.js:LINE)\n`,
    });
  });

  for (const [compiler, compile] of Object.entries(LEFT_IN)) {
    it(`${compiler} leaves decorators in, which is told with the file, also when that is only imported`, async () => {
      using project = new Project(SOURCES);
      await compile(project);
      const left = 'dist/actor.js still has decorators in it, which Node does not run; compile it with "experimentalDecorators": true in the "compilerOptions" of tsconfig.json';
      expect(await startFailure(project, 'actor.ts')).to.equal(`modules: 'dist/actor.js' does not load: ${left}`);
      const { code, stderr } = await TestProcess.troupe(['--modules', pathToFileURL(project.compiled('index.ts')).href]).ended;
      expect({ code, stderr: project.printable(stderr.replaceAll('file://', '')) }).to.deep.equal({ code: 2, stderr: `troupe: modules: 'dist/index.js' does not load: ${left}\n` });
    });
  }

  it('a source that is not compiled at all is told, with what to do', async () => {
    using project = new Project({ 'actor.ts': SOURCES['actor.ts']! });
    const error = await failure(startSilo({ modules: [`${project.folder}/src/actor.ts`], log: 'silent' }));
    // A Node that strips types meets the decorators first.
    expect(project.printable(error.message)).to.be.oneOf([
      "modules: 'src/actor.ts' does not load: this Node does not run TypeScript; compile it with tsc and give the .js file, or start Node with --import tsx",
      "modules: 'src/actor.ts' does not load: src/actor.ts still has decorators in it, which Node does not run; "
        + 'compile it with "experimentalDecorators": true in the "compilerOptions" of tsconfig.json',
    ]);
  });
});
