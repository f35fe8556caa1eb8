import { expect } from 'chai';
import { Actor } from '../../sdk/index.js';
import { startSilo } from '../../silo/index.js';
import { failure, RecordingLogger } from '../support/memory-silo.js';
import { car, engine, radio } from './hot-sources.js';
import { HotStage } from './hot-stage.js';

@Actor({ name: 'hot-plain' }) class Plain {}

describe('hot modules', () => {
  it('run in threads as soon as they have changed, with the state of the instances that were there', async () => {
    await using stage = await HotStage.open();
    expect([await stage.engine('a').add(7), await stage.engine('a').version()]).to.deep.equal([7, 1]);
    stage.project.write('engine.js', engine(2));
    const outcome = await stage.silo.reload();
    expect(outcome).to.deep.include({ kind: 'reloaded', files: [stage.project.path('engine.js')] });
    expect([await stage.engine('a').version(), await stage.engine('a').now(), await stage.engine('b').version()]).to.deep.equal([2, 7, 2]);
  });

  it('that do not load leave the old ones running, and are named; when they are mended they run', async () => {
    await using stage = await HotStage.open();
    await stage.engine('a').add(3);
    stage.project.writeAsIs('engine.js', 'export class {');
    const outcome = await stage.silo.reload();
    expect(outcome.kind === 'failed' && outcome.error.message).to.contain(stage.project.path('engine.js'));
    expect(stage.told('changed modules do not load')).to.equal(1);
    expect([await stage.engine('a').version(), await stage.engine('a').now()]).to.deep.equal([1, 3]);
    stage.project.write('engine.js', engine(3));
    expect(await stage.silo.reload()).to.include({ kind: 'reloaded' });
    expect([await stage.engine('a').version(), await stage.engine('a').now()]).to.deep.equal([3, 3]);
  });

  it('are loaded anew with what they import, though it is no module of the silo and has no class', async () => {
    await using stage = await HotStage.open({ 'engine.js': `import { VERSION } from './version.js';${engine(1).replace('return 1;', 'return VERSION;')}`, 'version.js': 'export const VERSION = 1;' });
    expect(await stage.engine('a').version()).to.equal(1);
    stage.project.write('version.js', 'export const VERSION = 2;');
    expect(await stage.silo.reload()).to.deep.include({ kind: 'reloaded', files: [stage.project.path('version.js')] });
    expect(await stage.engine('a').version()).to.equal(2);
  });

  it('that were touched and did not change are left alone', async () => {
    await using stage = await HotStage.open();
    await stage.engine('a').add(1);
    stage.project.write('engine.js', engine(1));
    expect(await stage.silo.reload()).to.deep.equal({ kind: 'unchanged' });
  });

  it('leave classes of other files in their threads, with what they have in memory', async () => {
    await using stage = await HotStage.open({ 'engine.js': engine(1), 'radio.js': radio(1), 'car.js': car(1).replace('components: [Engine]', 'components: [Engine, Radio]').replace("import { Engine }", "import { Radio } from './radio.js'; import { Engine }") });
    const radioOf = stage.car('a').getComponent<{ tune(to: string): Promise<void>; heard(): Promise<string> }>('radio');
    await radioOf.tune('jazz');
    stage.project.write('engine.js', engine(2));
    await stage.silo.reload();
    expect([await radioOf.heard(), await stage.engine('a').version()]).to.deep.equal(['jazz', 2]);
  });

  it('may declare serializable classes and events: they take the names of the old ones, and what was saved by those is read', async () => {
    const parts = (version: number) => `
      import { Serializable, ActorEvent } from 'troupe';
      @Serializable('hot.load') export class Load { constructor(tons) { this.tons = tons; } weight() { return this.tons * ${version}; } }
      @ActorEvent('hot.hit') export class Hit {}`;
    const loaded = engine(1, 'load(tons) { this.speed = new Load(tons); } weight() { return this.speed.weight(); }').replace('import {', "import { Load } from './load.js'; import {");
    await using stage = await HotStage.open({ 'engine.js': loaded, 'load.js': parts(1) });
    const a = stage.engine('a') as unknown as { load(tons: number): Promise<void>; weight(): Promise<number> };
    await a.load(5);
    stage.project.write('load.js', parts(3));
    expect(await stage.silo.reload()).to.include({ kind: 'reloaded' });
    expect(await a.weight()).to.equal(15);
  });

  it('that lose a type of actor are refused', async () => {
    await using stage = await HotStage.open();
    stage.project.write('car.js', car(1).replace("name: 'car'", "name: 'truck'"));
    const outcome = await stage.silo.reload();
    expect(outcome.kind === 'failed' && outcome.error.message).to.contain("no module exports the actor 'car' any more");
    expect(await stage.car('a').version()).to.equal(1);
  });

  it('that end their process while they load cannot harm the silo', async () => {
    await using stage = await HotStage.open();
    expect(await stage.engine('a').version()).to.equal(1);
    stage.project.write('engine.js', `${engine(2)}\nprocess.exit(7);`);
    const outcome = await stage.silo.reload();
    expect(outcome.kind === 'failed' && outcome.error.message).to.contain('exited with code 7');
    expect(await stage.engine('a').version()).to.equal(1);
  });

  it('are seen by themselves: a changed file is loaded without anybody asking', async () => {
    await using stage = await HotStage.open();
    await stage.engine('a').add(1);
    const loaded = stage.until('modules were loaded anew');
    stage.project.write('engine.js', engine(2));
    await loaded;
    expect(await stage.engine('a').version()).to.equal(2);
  });

  it('are refused by silo.reload() on a silo that does not watch', async () => {
    await using silo = await startSilo({ modules: [Plain], log: new RecordingLogger() });
    expect(await failure(silo.reload())).to.have.property('name', 'ConfigurationError');
  });
});
