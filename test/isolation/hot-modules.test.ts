import { expect } from 'chai';
import { startSilo, type Silo } from '../../silo/index.js';
import type { Handle } from '../../sdk/author/index.js';
import { failure, RecordingLogger } from '../support/memory-silo.js';
import { HotProject } from './hot-project.js';

/** What the components of these tests can be asked. */
interface Engine {
  version(): Promise<number>;
  add(by: number): Promise<number>;
  now(): Promise<number>;
  start(): Promise<void>;
  hold(gate: string): Promise<number>;
  onlyOld(): Promise<string>;
  onlyNew(): Promise<string>;
  woken(): Promise<number>;
  ticks(): Promise<readonly string[]>;
  exit(): Promise<void>;
}
interface Car {
  version(): Promise<number>;
  addTwice(by: number, fails: boolean): Promise<number>;
  open(gate: string): Promise<void>;
  wait(gate: string): Promise<void>;
}

const engine = (version: number, more = '') => `
  import { Component, ReadOnly, State } from 'troupe';
  @Component({ name: 'engine' })
  export class Engine {
    @State() speed = 0;
    wakings = 0;
    constructor(ctx) { this.ctx = ctx; }
    onActivate() { this.wakings++; }
    @ReadOnly() version() { return ${version}; }
    add(by) { return (this.speed += by); }
    @ReadOnly() now() { return this.speed; }
    @ReadOnly() woken() { return this.wakings; }
    async hold(gate) { this.speed += 1; await this.ctx.actor('gate', gate).wait(); return ${version}; }
    exit() { process.exit(1); }
    ${more}
  }`;
const car = (version: number) => `
  import { Actor, State } from 'troupe';
  import { Engine } from './engine.js';
  @Actor({ name: 'car', components: [Engine] })
  export class Car {
    @State() total = 0;
    constructor(ctx) { this.ctx = ctx; }
    version() { return ${version}; }
    async addTwice(by, fails) {
      await this.ctx.get(Engine).add(by);
      this.total += by;
      if (fails) throw new Error('it fails');
      return this.ctx.get(Engine).add(by);
    }
  }`;
/** In the silo's own thread: what turns elsewhere wait for. */
const gates = `
  import { Actor } from 'troupe';
  const opened = new Map(), arrived = new Map();
  const gate = (map, key) => { let it = map.get(key); if (!it) { it = {}; it.promise = new Promise((r) => (it.open = r)); map.set(key, it); } return it; };
  @Actor({ name: 'gate', reentrancy: 'all' })
  export class Gate {
    constructor(ctx) { this.key = ctx.key; }
    async wait() { gate(arrived, this.key).open(); await gate(opened, this.key).promise; }
    async arrival() { await gate(arrived, this.key).promise; }
    open() { gate(opened, this.key).open(); }
  }`;

describe('hot modules', () => {
  let project: HotProject;
  let silo: Silo;
  let log: RecordingLogger;
  const start = async (files: Readonly<Record<string, string>> = {}): Promise<void> => {
    project = new HotProject({ 'engine.js': engine(1), 'car.js': car(1), 'gate.js': gates, ...files });
    log = new RecordingLogger();
    silo = await startSilo({ modules: [project.path('{car,gate}.js')], watch: true, deployLock: project.path('deploy.lock'), log });
  };
  afterEach(async () => {
    await silo.stop();
    project[Symbol.dispose]();
  });
  const engineOf = (key: string): Handle<Engine> => silo.actor<Car>('car', key).getComponent<Engine>('engine') as Handle<Engine>;
  const gate = (key: string) => silo.actor<{ wait(): Promise<void>; arrival(): Promise<void>; open(): Promise<void> }>('gate', key);

  it('run in threads as soon as they have changed, with the state of the instances that were there', async () => {
    await start();
    expect([await engineOf('a').add(7), await engineOf('a').version()]).to.deep.equal([7, 1]);
    project.write('engine.js', engine(2));
    const outcome = await silo.reload();
    expect(outcome).to.deep.include({ kind: 'reloaded', files: [project.path('engine.js')] });
    expect([await engineOf('a').version(), await engineOf('a').now(), await engineOf('b').version()]).to.deep.equal([2, 7, 2]);
  });

  it('call onActivate of the new instance, at once', async () => {
    await start();
    await engineOf('a').add(1);
    project.write('engine.js', engine(2));
    await silo.reload();
    expect(await engineOf('a').woken()).to.equal(1);
  });

  it('let a turn that runs end in the old code, with its result and its state; the next one is in the new code', async () => {
    await start();
    const held = engineOf('a').hold('g');
    await gate('g').arrival();
    project.write('engine.js', engine(2));
    await silo.reload();
    const next = engineOf('a').add(10);
    await gate('g').open();
    expect([await held, await next, await engineOf('a').version()]).to.deep.equal([1, 11, 2]);
  });

  it('have the new methods, and the old ones no more', async () => {
    await start({ 'engine.js': engine(1, "onlyOld() { return 'old'; }") });
    expect(await engineOf('a').onlyOld()).to.equal('old');
    project.write('engine.js', engine(2, "onlyNew() { return 'new'; }"));
    await silo.reload();
    expect(await engineOf('a').onlyNew()).to.equal('new');
    expect(await failure(engineOf('a').onlyOld())).to.have.property('name', 'UnknownMethodError');
  });

  it('that do not load leave the old ones running, and are named; when they are mended they run', async () => {
    await start();
    await engineOf('a').add(3);
    project.writeAsIs('engine.js', 'export class {');
    const outcome = await silo.reload();
    expect(outcome.kind === 'failed' && outcome.error.message).to.contain(project.path('engine.js'));
    expect(log.lines.filter(({ level }) => level === 'error')).to.have.length(1);
    expect([await engineOf('a').version(), await engineOf('a').now()]).to.deep.equal([1, 3]);
    project.write('engine.js', engine(3));
    expect(await silo.reload()).to.include({ kind: 'reloaded' });
    expect([await engineOf('a').version(), await engineOf('a').now()]).to.deep.equal([3, 3]);
  });
});
