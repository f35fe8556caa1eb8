// Actor files that import each other, written as the documentation says.
import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { startSilo } from '../../silo/index.js';
import { readPage } from '../docs/pages.js';
import { failure } from '../support/memory-silo.js';
import { Project } from './project.js';

/** Two actors that call each other: each imports the other's type alone. */
const BY_TYPE = {
  'ping.ts': `import { Actor, State, type ActorContext } from 'troupe';
    import type { Pong } from './pong.js';
    @Actor({ name: 'ping' }) export class Ping {
      @State() last = 0;
      @State() rival!: Pong;
      constructor(private readonly ctx: ActorContext<Ping>) {}
      async play(n: number): Promise<number> { this.last = n; return n === 0 ? 0 : (await this.ctx.actor<Pong>('pong', this.ctx.key).play(n - 1)) + 1; }
    }`,
  'pong.ts': `import { Actor, State, type ActorContext } from 'troupe';
    import type { Ping } from './ping.js';
    @Actor({ name: 'pong' }) export class Pong {
      @State() last = 0;
      @State() rival!: Ping;
      constructor(private readonly ctx: ActorContext<Pong>) {}
      async play(n: number): Promise<number> { this.last = n; return n === 0 ? 0 : (await this.ctx.actor<Ping>('ping', this.ctx.key).play(n - 1)) + 1; }
    }`,
};
/** An actor and its component that import each other as values. */
const BY_THUNK = {
  'body.ts': `import { Actor, type ActorContext } from 'troupe';
    import { Arm } from './arm.js';
    @Actor({ name: 'body', components: [() => Arm] }) export class Body {
      constructor(private readonly ctx: ActorContext<Body>) {}
      static readonly arms = 2;
      async wave(): Promise<string> { return this.ctx.get(Arm)!.wave(); }
    }`,
  'arm.ts': `import { Component } from 'troupe';
    import { Body } from './body.js';
    @Component({ name: 'arm', isolation: 'inline' }) export class Arm { wave(): string { return \`1 of \${Body.arms}\`; } }`,
};
/** The same two actors, which import each other as values for their methods: harmless, until the compiler emits the types of fields. */
const BY_VALUE = Object.fromEntries(Object.entries(BY_TYPE).map(([name, text]) => [
  name, text.replace('import type', 'import').replace(/actor<(\w+)>\('\w+',/, 'actor($1,').replace(/name: '/, "name: 'value-"),
]));

interface Play { play(n: number): Promise<number> }
interface Wave { wave(): Promise<string> }

describe('actor files that import each other', () => {
  for (const entry of ['ping', 'pong']) {
    it(`call each other by name and import type, ${entry}.ts first, also with emitDecoratorMetadata`, async () => {
      using project = new Project(BY_TYPE);
      expect(project.tsc({ target: 'ES2022', experimentalDecorators: true, emitDecoratorMetadata: true, isolatedModules: true })).to.equal('');
      const order = entry === 'ping' ? ['ping.ts', 'pong.ts'] : ['pong.ts', 'ping.ts'];
      const silo = await startSilo({ modules: order.map((name) => project.compiled(name)), log: 'silent' });
      expect(await silo.actor<Play>('ping', 'x').play(4)).to.equal(4);
      await silo.stop();
    });
  }

  for (const entry of ['body.ts', 'arm.ts']) {
    it(`name components by thunks, ${entry} first`, async () => {
      using project = new Project(BY_THUNK);
      expect(project.tsc({ target: 'ES2022', experimentalDecorators: true })).to.equal('');
      const silo = await startSilo({ modules: [project.compiled(entry), project.compiled('body.ts')], log: 'silent' });
      expect(await silo.actor<Wave>('body', 'x').wave()).to.equal('1 of 2');
      await silo.stop();
    });
  }

  it('may import values that only methods use', async () => {
    using project = new Project(BY_VALUE);
    expect(project.tsc({ target: 'ES2022', experimentalDecorators: true, verbatimModuleSyntax: false })).to.equal('');
    const silo = await startSilo({ modules: [project.compiled('ping.ts'), project.compiled('pong.ts')], log: 'silent' });
    expect(await silo.actor<Play>('value-ping', 'x').play(3)).to.equal(3);
    await silo.stop();
  });

  it('are told to import types alone where emitDecoratorMetadata makes values of them', async () => {
    using project = new Project(BY_VALUE);
    expect(project.tsc({ target: 'ES2022', experimentalDecorators: true, emitDecoratorMetadata: true })).to.equal('');
    const error = await failure(startSilo({ modules: [project.compiled('ping.ts')], log: 'silent' }));
    expect(project.printable(error.message)).to.equal("modules: 'dist/ping.js' does not load: 'Ping' is used before it is defined (dist/pong.js:LINE): "
      + 'modules import each other in a circle; name components by a thunk (components: [() => Ping]), import what is only a type by "import type", '
      + 'and move events and base classes to a module of their own');
  });

  it("in an entry file of one's own end the program with the words of Node that docs/errors.md explains", () => {
    using project = new Project({
      'main.ts': "import { startSilo } from 'troupe/silo'; import { Arm } from './arm.js'; await startSilo({ modules: [Arm], log: 'silent' });",
      'arm.ts': "import { Component } from 'troupe'; import { Body } from './body.js'; @Component({ isolation: 'inline' }) export class Arm { body() { return Body; } }",
      'body.ts': "import { Actor } from 'troupe'; import { Arm } from './arm.js'; @Actor({ components: [Arm] }) export class Body {}",
    });
    expect(project.tsc({ target: 'ES2022', experimentalDecorators: true })).to.equal('');
    const { stderr } = spawnSync(process.execPath, [project.compiled('main.ts')], { encoding: 'utf8', timeout: 30_000 });
    expect(stderr).to.contain("ReferenceError: Cannot access 'Arm' before initialization");
    expect(readPage('docs/errors.md')).to.contain("\n## Cannot access '…' before initialization\n");
  });
});
