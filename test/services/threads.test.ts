// A service in threads: what it can, and what its deaths do.
import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { ComponentCrashedError, ConfigurationError, type Handle } from '../../sdk/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { failure } from '../support/memory-silo.js';
import { Keeper, Threaded } from './fixtures/worker.fixture.js';

describe('a service in two threads', function () {
  this.timeout(60_000);
  let silo: Silo;
  let threaded: Handle<Threaded>;
  let keeper: Handle<Keeper>;

  beforeEach(async () => {
    silo = await startSilo({ modules: [new URL('./fixtures/worker.fixture.js', import.meta.url)], log: 'silent' });
    threaded = silo.service(Threaded);
    keeper = silo.actor(Keeper, 'k');
  });
  afterEach(() => silo.stop());

  it('runs its turns in both of them, each with an instance that is awake, and no more at once than it has permits', async () => {
    const calls = ['a', 'b', 'c', 'd', 'e', 'f'].map((who) => threaded.stay(who));
    expect(await keeper.has(4)).to.deep.equal(['a', 'b', 'c', 'd']);
    expect(silo.statistics().services).to.deep.equal({ threaded: { running: 4, waiting: 2 } });
    await keeper.release();
    expect(await keeper.has(2)).to.deep.equal(['e', 'f']);
    await keeper.release();
    const threads = new Set(await Promise.all(calls));
    expect(threads.size).to.equal(2);
    expect([...threads]).to.not.include(0);
    expect(await threaded.where()).to.include({ isAwake: true });
  });

  it('calls actors and itself, and comes back into the actor that called it', async () => {
    expect(await threaded.add(1, 2)).to.equal(3);
    expect(await keeper.meet()).to.equal('k');
    expect(await threaded.nest(20)).to.equal(20);
  });

  it('finds actors by their tags', async () => {
    await keeper.tag('wide');
    expect(await threaded.find('wide')).to.deep.equal(['k']);
    expect(await threaded.find('narrow')).to.deep.equal([]);
  });

  it('has a temporary directory per instance, which goes with the silo', async () => {
    const paths = await Promise.all([threaded.scratch(), threaded.scratch()]);
    for (const path of paths) expect(existsSync(path)).to.equal(true);
    await silo.stop();
    for (const path of paths) expect(existsSync(path)).to.equal(false);
  });

  it('refuses to emit, as it does in the silo', async () => {
    const error = await failure(threaded.emitNow());
    expect(error).to.be.instanceOf(ConfigurationError);
    expect(error.message).to.equal('ctx.emit of a service is not implemented in this version');
  });

  for (const death of ['die', 'spin'] as const) {
    it(`gets back the permits of turns that die with their thread (${death}), fails them, and goes on`, async () => {
      const staying = ['a', 'b'].map((who) => threaded.stay(who).catch((error: unknown) => error));
      await keeper.has(2);
      expect(await failure(threaded[death]())).to.be.instanceOf(ComponentCrashedError);
      // Those of the other thread are unharmed.
      await keeper.release();
      const outcomes = await Promise.all(staying);
      expect(outcomes.filter((outcome) => outcome instanceof ComponentCrashedError).length).to.be.at.most(1);
      expect(outcomes.some((outcome) => typeof outcome === 'number')).to.equal(true);
      for (let n = 0; n < 8; n++) expect(await threaded.add(n, 1)).to.equal(n + 1);
      expect(silo.statistics().services).to.deep.equal({ threaded: { running: 0, waiting: 0 } });
      expect((await Promise.all([threaded.where(), threaded.where()])).every(({ isAwake }) => isAwake)).to.equal(true);
    });
  }
});
