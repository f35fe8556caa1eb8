// Services on one silo: calls, contexts, handles, hooks, and what is refused.
import { expect } from 'chai';
import {
  ActivationFailedError, Actor, ConfigurationError, InvalidArgumentError, NotSerializableError, RemoteError, Service, SiloUnavailableError, UnknownActorTypeError, UnknownMethodError, type Handle,
} from '../../sdk/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { startTestCluster, type TestCluster } from '../../silo/testing/index.js';
import { failure } from '../support/memory-silo.js';
import { act, Lane, newAct, Odd } from './odd.js';
import { Guest, scene, Stall } from './stall.js';

describe('a service', () => {
  let t: TestCluster;
  let odd: Handle<Odd>;

  beforeEach(async () => {
    newAct();
    t = await startTestCluster({ modules: [Odd, Lane, Stall, Guest], log: 'silent' });
    odd = t.service(Odd);
  });
  afterEach(async () => {
    act.lane.open();
    scene.leaveAll();
    await t.stop();
  });

  it('answers calls of tests, actors, components and services, by class or name, with copies', async () => {
    const mine = [1, 2, 3];
    expect(await odd.add(1, 2)).to.equal(3);
    expect(await odd.give(mine)).to.deep.equal([1, 2, 3, 4]);
    expect(mine).to.deep.equal([1, 2, 3]);
    expect(await t.service<Odd>('odd').add(2, 3)).to.equal(5);
    expect(await odd.askFor(odd)).to.equal(42);
    expect(await t.actor(Lane, 'a').fromHere()).to.deep.equal({ type: 'odd', from: { type: 'lane', key: 'a' }, method: 'about' });
    const entering = t.actor(Guest, 'g').enterByName('by-name');
    await scene.has(1);
    scene.leaveAll();
    expect(await entering).to.equal('by-name');
  });

  it('has one instance, made at the first call', async () => {
    expect(act.begun).to.equal(0);
    await Promise.all([odd.add(1, 1), odd.add(2, 2), odd.add(3, 3)]);
    expect(act.begun).to.equal(1);
  });

  it('fails the calls that waited for an instance which could not begin, and makes another for the next', async () => {
    act.failsToBegin = 1;
    const failures = await Promise.all([failure(odd.add(1, 1)), failure(odd.add(2, 2))]);
    for (const error of failures) {
      expect(error).to.be.instanceOf(ActivationFailedError);
      expect(error.message).to.equal('odd could not be activated: not now');
    }
    expect(await odd.add(1, 1)).to.equal(2);
    expect(act.begun).to.equal(2);
  });

  it('ends its instance with the silo, after its last turn and those that waited', async () => {
    const staying = ['a', 'b', 'c', 'd', 'e', 'last'].map((who) => t.service(Stall).stay(who));
    await scene.has(4);
    const stopping = t.stop();
    scene.leaveAll();
    await scene.sees('last');
    expect(scene.ended).to.deep.equal([]);
    expect(await failure(odd.add(1, 2))).to.be.instanceOf(SiloUnavailableError);
    scene.leaveAll();
    await stopping;
    expect(await Promise.all(staying)).to.have.lengthOf(6);
    expect(scene.ended).to.deep.equal([1]);
  });

  it('is closed to clients: they hear that there is no actor of the name, and their handles of it are refused', async () => {
    const client = await t.client({ id: 'p1' });
    expect(await failure(client.actor<Odd>('odd', 'x').add(1, 2))).to.be.instanceOf(UnknownActorTypeError);
    expect(() => client.actor('odd', '')).to.throw(InvalidArgumentError);
  });

  it('throws what its methods throw, and refuses what cannot be copied', async () => {
    expect(await failure(odd.fail())).to.be.instanceOf(RemoteError).and.include({ remoteName: 'OwnError', message: 'as asked' });
    expect(await failure(odd.give2())).to.be.instanceOf(NotSerializableError);
    expect(t.service(Odd)).to.have.property('add');
    expect(await odd.add(1, 1), 'their permits came back').to.equal(2);
  });

  it('finds actors by their tags', async () => {
    await t.actor(Lane, 'a').tag('wide');
    await t.actor(Lane, 'b').tag('narrow');
    expect(await odd.find({ tag: 'wide' })).to.deep.equal(['a']);
    expect(await odd.find({ tag: 'wide', type: 'guest' })).to.deep.equal([]);
    expect(await failure(odd.find({ tag: '!wide' }))).to.be.instanceOf(ConfigurationError);
  });

  it('shows each of its turns its own call', async () => {
    const answers = Promise.all([odd.whoAmI(), odd.whoAmI()]);
    await scene.has(2);
    scene.leaveAll();
    expect(await answers).to.deep.equal([true, true]);
  });

  it('is called by a handle that prints as its name, equals itself and can be passed on', () => {
    expect(String(odd)).to.equal('odd');
    expect(odd.id).to.deep.equal({ type: 'odd', key: '' });
    expect(odd.equals(t.service('odd'))).to.equal(true);
    expect(odd.equals(t.service(Stall))).to.equal(false);
  });

  it('refuses what it has not: components, management, recorded results, events, unknown methods', async () => {
    const words = 'odd is a service';
    expect(() => odd.getComponent('Part')).to.throw(ConfigurationError, words);
    expect(() => odd.findComponent(Guest, 'tag')).to.throw(ConfigurationError, words);
    expect(() => odd.manage).to.throw(ConfigurationError, words);
    expect(() => odd.with({ idempotencyKey: 'k' })).to.throw(ConfigurationError, words);
    expect(await failure(odd.emitNow())).to.be.instanceOf(ConfigurationError).and.have.property('message').that.contains('ctx.emit of a service');
    expect(await failure((odd as unknown as { sub(): Promise<void> }).sub())).to.be.instanceOf(UnknownMethodError);
    expect(await failure(t.service<Odd>('nobody').add(1, 2))).to.be.instanceOf(UnknownActorTypeError)
      .and.have.property('message', "no silo hosts the service 'nobody'");
    expect(() => t.service(Lane as never)).to.throw(ConfigurationError, 'expected a class with @Service');
    expect(() => t.actor('odd', '')).to.throw(InvalidArgumentError);
  });

  it('refuses a type and a service of one name on one silo', async () => {
    @Actor({ name: 'odd' }) class Twin { x(): void {} }
    expect((await failure(startTestCluster({ modules: [Odd, Twin] }))).message).to.equal(
      "an actor and a service are named 'odd': Twin and Odd; give one another name with @Actor({ name }) or @Service({ name })");
    @Service({ name: 'odd' }) class Double {}
    expect((await failure(startTestCluster({ modules: [Odd, Double] }))).message).to.contain("two services are named 'odd'");
  });
});

describe('a silo with nothing but services', () => {
  let silo: Silo;
  before(async () => { newAct(); silo = await startSilo({ modules: [Odd], log: 'silent' }); });
  after(() => silo.stop());

  it('starts, answers, and counts their turns', async () => {
    expect(await silo.service(Odd).add(1, 2)).to.equal(3);
    expect(await silo.service<Odd>('odd').deep(100)).to.equal(100);
    expect(silo.statistics().services).to.deep.equal({ odd: { running: 0, waiting: 0 } });
    const staying = [silo.service(Odd).whoAmI(), silo.service(Odd).whoAmI(), silo.service(Odd).whoAmI()];
    await scene.has(2);
    expect(silo.statistics().services).to.deep.equal({ odd: { running: 2, waiting: 1 } });
    scene.leaveAll();
    await scene.has(1);
    scene.leaveAll();
    await Promise.all(staying);
  });
});
