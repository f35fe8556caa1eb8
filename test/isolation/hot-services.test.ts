import { expect } from 'chai';
import { failure } from '../support/memory-silo.js';
import { HotStage } from './hot-stage.js';

type Isolation = 'inline' | 'worker';
interface Clerk {
  version(): Promise<number>;
  hold(gate: string): Promise<number>;
  onlyOld(): Promise<string>;
  onlyNew(): Promise<string>;
}

/** A service, and a gate for each of its versions that opens when an instance of it has ended, and why. */
const clerk = (version: number, isolation: Isolation, more = '', concurrency = 4): string => `
  import { Service } from 'troupe';
  @Service({ name: 'clerk', isolation: '${isolation}', concurrency: ${concurrency} })
  export class Clerk {
    constructor(ctx) { this.ctx = ctx; }
    onDeactivate(reason) { return this.ctx.actor('gate', 'clerk ${version} ended: ' + reason).open(); }
    version() { return ${version}; }
    async hold(gate) { await this.ctx.actor('gate', gate).wait(); return ${version}; }
    ${more}
  }`;

const open = (source: string): Promise<HotStage> => HotStage.open({ 'clerk.js': source, 'car.js': 'export * from "./clerk.js";' });
const of = (stage: HotStage) => stage.silo.service<Clerk>('clerk');

async function reload(stage: HotStage, source: string): Promise<void> {
  stage.project.write('clerk.js', source);
  const outcome = await stage.silo.reload();
  expect(outcome.kind === 'failed' ? outcome.error : outcome).to.deep.include({ kind: 'reloaded', classes: ['clerk'] });
}

for (const isolation of ['inline', 'worker'] as const) {
  describe(`services whose module is loaded anew (${isolation})`, () => {
    it('run new turns in the new code at once, and end those that run in the old; then the old instance ends', async () => {
      await using stage = await open(clerk(1, isolation));
      const held = of(stage).hold('g');
      await stage.gate('g').arrival();
      await reload(stage, clerk(2, isolation));
      expect(await of(stage).version()).to.equal(2);
      expect(stage.threads()).to.deep.equal(isolation === 'inline' ? [] : [1, 1]);
      await stage.gate('g').open();
      expect(await held).to.equal(1);
      await stage.gate('clerk 1 ended: requested').wait();
      expect(await of(stage).version()).to.equal(2);
    });

    it('end their old instances at once when nothing runs, and their threads with them', async () => {
      await using stage = await open(clerk(1, isolation));
      expect(await of(stage).version()).to.equal(1);
      await reload(stage, clerk(2, isolation));
      await stage.gate('clerk 1 ended: requested').wait();
      // The thread goes when the hook's end is known here.
      do expect(await of(stage).version()).to.equal(2); while (stage.threads().length > 1);
      expect(stage.threads()).to.deep.equal(isolation === 'inline' ? [] : [1]);
    });
  });
}

describe('services whose module is loaded anew', () => {
  it('run calls that wait for a permit in the new code: a method that went is refused by name, a new one can be called', async () => {
    await using stage = await open(clerk(1, 'inline', "onlyOld() { return 'old'; }", 1));
    const held = of(stage).hold('g');
    await stage.gate('g').arrival();
    const waiting = of(stage).version();
    const gone = failure(of(stage).onlyOld());
    await reload(stage, clerk(2, 'inline', "onlyNew() { return 'new'; }", 1));
    const added = of(stage).onlyNew();
    await stage.gate('g').open();
    expect([await held, await waiting, await added]).to.deep.equal([1, 2, 'new']);
    expect(await gone).to.have.property('name', 'UnknownMethodError');
  });

  it('have as many permits as the new class says: more run at once, or fewer from the next turn on', async () => {
    await using stage = await open(clerk(1, 'inline', '', 1));
    const held = [1, 2, 3].map((n) => of(stage).hold(`g${n}`));
    await stage.gate('g1').arrival();
    expect(stage.silo.statistics().services).to.deep.equal({ clerk: { running: 1, waiting: 2 } });
    await reload(stage, clerk(2, 'inline', '', 3));
    await Promise.all([stage.gate('g2').arrival(), stage.gate('g3').arrival()]);
    await reload(stage, clerk(3, 'inline', '', 1));
    const late = of(stage).version();
    for (const n of [1, 2]) await stage.gate(`g${n}`).open();
    expect(await Promise.all(held.slice(0, 2))).to.deep.equal([1, 2]);
    expect(stage.silo.statistics().services).to.deep.equal({ clerk: { running: 1, waiting: 1 } });
    await stage.gate('g3').open();
    expect([await held[2], await late]).to.deep.equal([2, 3]);
  });

  it('that lose a service are refused; one that they have in addition can be called', async () => {
    await using stage = await open(clerk(1, 'inline'));
    stage.project.write('clerk.js', clerk(2, 'inline').replace("name: 'clerk'", "name: 'scribe'"));
    const outcome = await stage.silo.reload();
    expect(outcome.kind === 'failed' && outcome.error.message).to.contain("no module exports the service 'clerk' any more");
    expect(await of(stage).version()).to.equal(1);
    const scribe = stage.silo.service<Clerk>('scribe');
    expect(await failure(scribe.version())).to.have.property('name', 'UnknownActorTypeError');
    await reload(stage, `${clerk(2, 'inline')}\nimport { Service as S } from 'troupe'; @S({ name: 'scribe', isolation: 'inline' }) export class Scribe { version() { return 5; } }`);
    expect([await scribe.version(), await of(stage).version()]).to.deep.equal([5, 2]);
  });

  it('take their state in memory from nobody: a new instance begins, with its onActivate', async () => {
    const counting = 'onActivate() { this.calls = 10; } onlyNew() { return String(++this.calls); }';
    await using stage = await open(clerk(1, 'inline', counting));
    expect([await of(stage).onlyNew(), await of(stage).onlyNew()]).to.deep.equal(['11', '12']);
    await reload(stage, clerk(2, 'inline', counting));
    expect(await of(stage).onlyNew()).to.equal('11');
  });
});
