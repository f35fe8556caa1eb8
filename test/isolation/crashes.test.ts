import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ComponentCrashedError } from '../../protocol/errors/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { Engine, Tank, Turret } from './fixtures/tank.js';

const modules = [fileURLToPath(new URL('./fixtures/tank.js', import.meta.url))];

const failure = (promise: Promise<unknown>): Promise<ComponentCrashedError> => promise.then((value) => { throw new Error(`it gave ${String(value)}`); }, (error: unknown) => error as ComponentCrashedError);

describe('a component whose thread dies', () => {
  let silo: Silo;
  beforeEach(async () => { silo = await startSilo({ modules, log: 'silent' }); });
  afterEach(() => silo.stop());

  const tank = (key = 't') => silo.actor(Tank, key);
  const engine = (key = 't') => tank(key).getComponent(Engine);

  it('fails the turn that runs, with how it died, and comes back with its last committed state', async () => {
    await engine().add(5);
    const crash = await failure(engine().addThenExit(3));
    expect(crash).to.be.instanceOf(ComponentCrashedError);
    expect([crash.component, crash.exitCode, crash.retryable]).to.deep.equal(['Engine', 3, false]);
    expect(await engine().now()).to.equal(5);
    expect(await engine().add(1)).to.equal(6);
  });

  it('says what nobody caught', async () => {
    await engine('other').add(0);
    const waiting = failure(engine('other').waitForEver());
    // The thread takes its turns in order: that one has begun.
    await engine().add(0);
    await engine().rejectLater().catch(() => undefined);
    const crash = await waiting;
    expect(crash).to.be.instanceOf(ComponentCrashedError);
    expect((crash.cause as Error).message).to.equal('nobody catches this');
  });

  it('is ended in time also when its loop talks to the silo, which goes on meanwhile', async () => {
    for (const how of ['timers', 'logs', 'calls'] as const) {
      const flooding = failure(engine(how).flood(how));
      expect(await tank('calm').name()).to.equal('tank calm');
      expect(await tank('calm').getComponent(Turret).angle()).to.equal(10);
      expect((await flooding).name).to.be.oneOf(['ComponentCrashedError', 'RateLimitedError']);
      expect(await engine(how).add(1)).to.equal(1);
    }
  });

  it('is ended when a turn blocks it beyond its turnLimit; turns that only waited behind it run in the next thread', async () => {
    await engine('other').add(2);
    const hanging = failure(engine().hang());
    const behind = engine('other').add(2);
    const crash = await hanging;
    expect(crash.message).to.contain('turnLimit');
    // It did not exit by itself.
    expect(crash.exitCode).to.equal(undefined);
    expect(await behind).to.equal(4);
  });

  it('never takes its actor, its siblings or other actors with it', async () => {
    await tank().both(1, false);
    await tank().getComponent(Turret).turn(1);
    const hanging = failure(engine().hang());
    expect(await Promise.all([tank().name(), tank().getComponent(Turret).turn(1), silo.actor(Tank, 'far').name()])).to.deep.equal(['tank t', 12, 'tank far']);
    await hanging;
    expect(await tank().sum()).to.equal(1);
  });

  it('lets a unit go on that catches its death', async () => {
    expect(await tank().survive()).to.equal('ComponentCrashedError');
    expect(await tank().sum()).to.equal(1);
  });

  it('fails a unit whole in which it had staged something', async () => {
    await tank().both(1, false);
    expect(await failure(tank().loseStaged())).to.be.instanceOf(ComponentCrashedError);
    expect([await tank().sum(), await engine().now()]).to.deep.equal([1, 1]);
  });

  it('runs onActivate again when it comes back, once, before the next call, also of one that waited', async () => {
    const turret = tank().getComponent(Turret);
    expect(await turret.timesWoken()).to.equal(1);
    const exiting = failure(turret.exit());
    const waited = turret.turn(0);
    await exiting;
    await waited;
    await turret.turn(0);
    expect(await turret.timesWoken()).to.equal(1);
    expect(await turret.angle()).to.equal(10);
  });

  it('is degraded when it dies five times within a minute: its calls fail at once and say until when; all else goes on', async () => {
    const turret = tank().getComponent(Turret);
    for (let i = 0; i < 5; i++) expect((await failure(turret.exit())).exitCode).to.equal(1);
    const refused = await failure(turret.angle());
    expect(refused).to.be.instanceOf(ComponentCrashedError);
    expect(refused.message).to.match(/^Turret is degraded until .*; the call did not run$/);
    expect(refused.degradedUntil).to.be.greaterThan(Date.now() + 20_000);
    expect(refused.degradedUntil).to.satisfy(Number.isInteger, 'whole milliseconds');
    expect(await engine().sibling().catch((error: unknown) => (error as Error).name)).to.equal('ComponentCrashedError');
    expect([await engine().add(1), await tank().name()]).to.deep.equal([1, 'tank t']);
    const report = silo.statistics().threads.find(({ component }) => component === 'Turret')!;
    expect([report.state, report.crashes]).to.deep.equal(['degraded', 5]);
    // Of another actor: a thread of its own.
    expect(await tank('other').getComponent(Turret).angle()).to.equal(10);
  });

  it('does not keep its actor from beginning while it is degraded', async () => {
    const turret = tank().getComponent(Turret);
    await engine().add(4);
    for (let i = 0; i < 5; i++) await failure(engine().exit(1));
    await tank().manage.deactivate();
    expect(await tank().name()).to.equal('tank t');
    expect(await turret.angle()).to.equal(10);
    expect((await failure(engine().now())).message).to.match(/^Engine is degraded/);
  });
});
