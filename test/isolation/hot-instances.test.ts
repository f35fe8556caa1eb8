import { expect } from 'chai';
import { failure } from '../support/memory-silo.js';
import { car, engine, type Car } from './hot-sources.js';
import { HotStage } from './hot-stage.js';

describe('instances whose module is loaded anew', () => {
  it('call onActivate of the new instance, at once', async () => {
    await using stage = await HotStage.open();
    await stage.engine('a').add(1);
    stage.project.write('engine.js', engine(2).replace('this.wakings++;', "this.wakings++; return this.ctx.actor('gate', 'woken').open();"));
    await stage.silo.reload();
    await stage.gate('woken').wait();
    expect(await stage.engine('a').woken()).to.equal(1);
  });

  it('let a turn that runs end in the old code, with its result and its state; the next one is in the new code', async () => {
    await using stage = await HotStage.open();
    const held = stage.engine('a').hold('g');
    await stage.gate('g').arrival();
    stage.project.write('engine.js', engine(2));
    await stage.silo.reload();
    const next = stage.engine('a').add(10);
    await stage.gate('g').open();
    expect([await held, await next, await stage.engine('a').version()]).to.deep.equal([1, 11, 2]);
  });

  it('have the new methods, and the old ones no more', async () => {
    await using stage = await HotStage.open({ 'engine.js': engine(1, "onlyOld() { return 'old'; }") });
    expect(await stage.engine('a').onlyOld()).to.equal('old');
    stage.project.write('engine.js', engine(2, "onlyNew() { return 'new'; }"));
    await stage.silo.reload();
    expect(await stage.engine('a').onlyNew()).to.equal('new');
    expect(await failure(stage.engine('a').onlyOld())).to.have.property('name', 'UnknownMethodError');
  });

  it('in the silo\'s own thread stay as they are until their actor sleeps; actors that wake are of the new class', async () => {
    await using stage = await HotStage.open();
    expect(await stage.car('a').version()).to.equal(1);
    stage.project.write('car.js', car(2));
    expect(await stage.silo.reload()).to.deep.include({ kind: 'reloaded' });
    expect([await stage.car('a').version(), await stage.car('b').version()]).to.deep.equal([1, 2]);
    await stage.car('a').manage.deactivate();
    expect(await stage.car('a').version()).to.equal(2);
  });

  it('with a method that an actor lacks which woke before: the call is refused by name, and runs after it slept', async () => {
    await using stage = await HotStage.open();
    const a = stage.silo.actor<Car & { onlyNew(): Promise<string> }>('car', 'a');
    await a.version();
    stage.project.write('car.js', car(2).replace('version()', "onlyNew() { return 'new'; } version()"));
    await stage.silo.reload();
    expect(await failure(a.onlyNew())).to.have.property('name', 'UnknownMethodError');
    await a.manage.deactivate();
    expect(await a.onlyNew()).to.equal('new');
  });

  it('do not break a unit of work: what a component did in it is committed with it, or undone', async () => {
    await using stage = await HotStage.open({ 'car.js': car(1).replace('this.total += by;', "this.total += by; await this.ctx.actor('gate', 'middle' + by).wait();") });
    for (const [by, fails, now] of [[1, false, 2], [10, true, 2]] as const) {
      const call = stage.car('a').addTwice(by, fails).catch((error: Error) => error.message);
      await stage.gate(`middle${by}`).arrival();
      stage.project.write('engine.js', engine(1 + by));
      await stage.silo.reload();
      await stage.gate(`middle${by}`).open();
      expect(await call).to.equal(fails ? 'it fails' : 2);
      expect([await stage.engine('a').now(), await stage.engine('a').version()]).to.deep.equal([now, 1 + by]);
    }
  });

  it('of dedicated components and of actors in threads move as well', async () => {
    const apart = (version: number) => `
      import { Actor, Component, State } from 'troupe';
      @Component({ name: 'turret', isolation: 'dedicated' })
      export class Turret { @State() shots = 0; shoot() { return [${version}, ++this.shots]; } }
      @Actor({ name: 'apart', isolation: 'worker', components: [Turret] })
      export class Apart { @State() count = 0; add() { return [${version}, ++this.count]; } }`;
    await using stage = await HotStage.open({ 'car.js': `${car(1)}; export * from './apart.js';`, 'apart.js': apart(1) });
    const actor = stage.silo.actor<{ add(): Promise<number[]> }>('apart', 'a');
    const turret = actor.getComponent<{ shoot(): Promise<number[]> }>('turret');
    expect([await actor.add(), await turret.shoot()]).to.deep.equal([[1, 1], [1, 1]]);
    stage.project.write('apart.js', apart(2));
    await stage.silo.reload();
    expect([await actor.add(), await turret.shoot()]).to.deep.equal([[2, 2], [2, 2]]);
  });

  it('bring their timers: those that stay keep running, those that went stop, new ones begin', async () => {
    const ticking = (method: string) => engine(1, `
      @Every('20ms') ${method}() { return this.ctx.actor('gate', '${method}').open(); }`).replace('Component,', 'Component, Every,');
    await using stage = await HotStage.open({ 'engine.js': ticking('first') });
    await stage.engine('a').version();
    await stage.gate('first').wait();
    stage.project.write('engine.js', ticking('second'));
    await stage.silo.reload();
    await stage.gate('second').wait();
    expect(stage.timers()).to.deep.equal(['second']);
  });

  it('end the threads of the old code when their last instance has moved', async () => {
    await using stage = await HotStage.open();
    const held = stage.engine('a').hold('g');
    await stage.gate('g').arrival();
    await stage.engine('b').version();
    stage.project.write('engine.js', engine(2));
    await stage.silo.reload();
    expect(stage.threads()).to.have.members([1, 1]);
    await stage.gate('g').open();
    await held;
    await stage.engine('a').version();
    expect(stage.threads()).to.deep.equal([2]);
  });

  it('are tried again in full after a crash of the old thread: no turn that only waited is lost', async () => {
    await using stage = await HotStage.open();
    const held = stage.engine('a').hold('g').catch((error: Error) => error.name);
    await stage.gate('g').arrival();
    stage.project.write('engine.js', engine(2));
    await stage.silo.reload();
    const crash = stage.engine('a').exit().catch((error: Error) => error.name);
    const next = stage.engine('a').add(1);
    await stage.gate('g').open();
    await held;
    await crash;
    expect([await next, await stage.engine('a').version()]).to.deep.equal([2, 2]);
  });

  it('moves though its turns overlap without a pause', async () => {
    await using stage = await HotStage.open({ 'engine.js': overlapping(1) });
    const versions = [await stage.engine('a').version()];
    let isOver = false;
    const strand = async (): Promise<void> => {
      while (!isOver) {
        versions.push(await stage.engine('a').version());
        isOver ||= versions.at(-1) === 2;
      }
    };
    const strands = Array.from({ length: 5 }, strand);
    stage.project.write('engine.js', overlapping(2));
    await stage.silo.reload();
    await Promise.all(strands);
    expect([...new Set(versions)]).to.deep.equal([1, 2]);
  });
});

/** Its reads take a while, side by side. */
function overlapping(version: number): string {
  return engine(version).replace(`version() { return ${version}; }`, `async version() { await new Promise((done) => setTimeout(done, Math.random() * 10)); return ${version}; }`);
}
