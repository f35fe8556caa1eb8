import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { startSilo, type Silo } from '../../silo/index.js';
import { Apart, Engine, Load, Tank, Turret } from './fixtures/tank.js';

const modules = [fileURLToPath(new URL('./fixtures/tank.js', import.meta.url))];

/** What a promise rejects with. */
const failure = (promise: Promise<unknown>): Promise<Error> => promise.then((value) => { throw new Error(`it gave ${String(value)}`); }, (error: unknown) => error as Error);

describe('components in threads', () => {
  let silo: Silo;
  let keys = 0;
  before(async () => { silo = await startSilo({ modules, log: 'silent' }); });
  after(() => silo.stop());

  const tank = () => silo.actor(Tank, `t${++keys}`);
  const engine = () => tank().getComponent(Engine);

  it('have a thread per class, per instance where they say dedicated, and the silo its own', async () => {
    const [one, other] = [tank(), tank()];
    const ids = await Promise.all([
      one.threadId(), one.getComponent(Engine).threadId(), other.getComponent(Engine).threadId(),
      one.getComponent(Turret).threadId(), other.getComponent(Turret).threadId(), silo.actor(Apart, 'a').threadId(),
    ]);
    expect(ids[0]).to.equal(0);
    expect(ids[1]).to.equal(ids[2]);
    expect(new Set(ids).size).to.equal(5);
  });

  it('run inline where classes were given, not files', async () => {
    await using given = await startSilo({ modules: [Tank, Apart], log: 'silent' });
    expect(await given.actor(Tank, 't').getComponent(Engine).threadId()).to.equal(0);
    expect(await given.actor(Apart, 'a').threadId()).to.equal(0);
  });

  it('see no environment', async () => {
    expect(await engine().environment()).to.deep.equal([]);
  });

  it('take and give values of registered classes', async () => {
    const handle = engine();
    expect(await handle.take(new Load(4))).to.equal(8);
    expect(await handle.loaded()).to.be.instanceOf(Load).with.property('tons', 4);
  });

  it('keep what a turn changed, and nothing of one that threw', async () => {
    const handle = engine();
    await handle.add(5);
    expect(await failure(handle.throwAfter(3))).to.be.instanceOf(RangeError).with.property('message', 'too fast by 3');
    expect(await handle.now()).to.equal(5);
  });

  it('undo what a read-only turn changed', async () => {
    const handle = engine();
    expect(await handle.cheat()).to.equal(1);
    expect(await handle.now()).to.equal(0);
  });

  it('commit with their actor, in one unit, and are undone with it', async () => {
    const actor = tank();
    await actor.both(3, false);
    await failure(actor.both(10, true));
    expect([await actor.sum(), await actor.getComponent(Engine).now()]).to.deep.equal([3, 3]);
  });

  it('return no further than a save point', async () => {
    const handle = engine();
    expect((await failure(handle.saveThenThrow())).message).to.equal('after the save point');
    expect(await handle.now()).to.equal(100);
  });

  it('call their owner and their siblings, and the chain comes back through the thread', async () => {
    const actor = tank();
    const handle = actor.getComponent(Engine);
    expect(await handle.askOwner()).to.match(/^tank t/);
    expect(await handle.sibling()).to.equal(10);
    // The owner's turn waits for the engine's, which calls the owner.
    expect(await actor.throughEngine()).to.equal(7);
    expect(await handle.now()).to.equal(1);
  });

  it('emit with their unit', async () => {
    const actor = tank();
    await actor.getComponent(Engine).hit('someone');
    await actor.manage.deactivate();
    expect(await actor.allHits()).to.deep.equal(['someone']);
  });

  it('let timers run as turns, whose changes are saved', async () => {
    const actor = tank();
    await actor.getComponent(Engine).tickSoon();
    await actor.getComponent(Engine).ticked();
    await actor.manage.deactivate();
    expect(await actor.getComponent(Engine).now()).to.equal(1000);
  });

  it('let what changed outside a turn join the next commit, and stay when the next turn throws', async () => {
    const actor = tank();
    await actor.getComponent(Engine).stray();
    expect((await failure(actor.getComponent(Engine).throwAfter(5))).name).to.equal('RangeError');
    await actor.getComponent(Engine).add(0);
    await actor.manage.deactivate();
    expect(await actor.getComponent(Engine).now()).to.equal(-1);
  });

  it('are restored after their actor slept', async () => {
    const actor = tank();
    await actor.getComponent(Engine).add(7);
    await actor.getComponent(Turret).turn(5);
    await actor.manage.deactivate();
    expect([await actor.getComponent(Engine).now(), await actor.getComponent(Turret).angle()]).to.deep.equal([7, 15]);
  });

  it('can be whole actors', async () => {
    const [a, b] = ['x', 'y'].map((key) => silo.actor(Apart, key));
    expect([await a!.other('y'), await b!.add(), await b!.add()]).to.deep.equal([1, 2, 3]);
    await b!.manage.deactivate();
    expect(await b!.add()).to.equal(4);
  });

  it('refuse state that cannot be saved, and go on from what was', async () => {
    const handle = engine();
    await handle.visit('here');
    expect((await failure(handle.unsavable())).message).to.contain('Engine.visited[0]');
    expect(await handle.visit('there')).to.deep.equal(['here', 'there']);
  });

  it('are told when their caller gives up', async () => {
    const controller = new AbortController();
    const waiting = engine().with({ signal: controller.signal }).waitForSignal();
    await engine().now();
    controller.abort();
    expect((await failure(waiting)).name).to.equal('CancelledError');
  });
});
