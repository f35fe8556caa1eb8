// Calls that lead back to their service, and circles that go through services.
import { expect } from 'chai';
import { CallCycleError } from '../../sdk/index.js';
import { startTestCluster, type TestCluster } from '../../silo/testing/index.js';
import { failure } from '../support/memory-silo.js';
import { act, Lane, newAct, Odd } from './odd.js';
import { Guest, scene, Stall } from './stall.js';

describe('the calls of a service that lead back to it', () => {
  let t: TestCluster;

  beforeEach(async () => {
    newAct();
    t = await startTestCluster({ modules: [Odd, Lane, Stall, Guest], log: 'silent' });
  });
  afterEach(async () => {
    act.lane.open();
    act.last.open();
    scene.leaveAll();
    await t.stop();
  });

  it('never wait for a permit, however deep, and whoever has the others', async () => {
    const others = ['a', 'b', 'c'].map((who) => t.service(Stall).stay(who));
    await scene.has(3);
    expect(await t.service(Stall).nest(100)).to.equal(100);
    scene.leaveAll();
    await Promise.all(others);
  });

  it('never wait for a permit when they come by way of an actor', async () => {
    const others = ['a', 'b', 'c'].map((who) => t.service(Stall).stay(who));
    await scene.has(3);
    const nested = t.actor(Guest, 'g').nested();
    await scene.has(4);
    expect(scene.names()).to.include('inner');
    scene.leaveAll();
    expect(await nested).to.equal('inner');
    await Promise.all(others);
  });

  it('come back into the actor that called it', async () => {
    expect(await t.actor(Guest, 'g').meetAgain()).to.equal('g');
  });

  it('are refused when all permits are held by turns that wait for them: the youngest call', async () => {
    const holding = t.actor(Lane, 'x').workThenAsk();
    const held = failure(holding);
    await act.inLane.opened;
    // Both permits go to turns that wait for the actor, which then waits for a permit.
    const waiting = [t.service(Odd).through('x'), t.service(Odd).through('x')];
    await t.clock.advance('10ms');
    act.lane.open();
    const error = await held;
    expect(error).to.be.instanceOf(CallCycleError);
    expect(error.message).to.contain('odd').and.contain('lane/x');
    expect(await Promise.all(waiting)).to.deep.equal(['x', 'x']);
  });

  it('wait when one of the turns with a permit can end', async () => {
    const holding = t.actor(Lane, 'x').workThenAsk();
    await act.inLane.opened;
    const waiting = t.service(Odd).through('x');
    const other = t.service(Odd).whoAmI();
    await scene.has(1);
    act.lane.open();
    await t.clock.advance('10ms');
    scene.leaveAll();
    expect(await holding).to.equal(3);
    expect(await waiting).to.equal('x');
    await other;
  });

  it('wait when one of the turns with a permit waits for somebody who will go on', async () => {
    const holding = t.actor(Lane, 'x').workThenAsk();
    await act.inLane.opened;
    const free = t.actor(Lane, 'y').workUntil();
    const waiting = [t.service(Odd).through('x'), t.service(Odd).through('y')];
    await t.clock.advance('10ms');
    act.lane.open();
    await t.clock.advance('10ms');
    act.last.open();
    expect(await holding).to.equal(3);
    expect(await Promise.all(waiting)).to.deep.equal(['x', 'y']);
    await free;
  });

  it('are refused when the last turn with a permit comes to wait for them: its own call, and the others go on', async () => {
    const turns = [t.service(Odd).stayThenThrough('x'), t.service(Odd).stayThenThrough('x')];
    await scene.has(2);
    const holding = t.actor(Lane, 'x').workThenAsk();
    await act.inLane.opened;
    act.lane.open();
    await t.clock.advance('10ms');
    scene.inside[0]!.leave();
    await t.clock.advance('10ms');
    scene.inside[0]!.leave();
    expect(await failure(turns[1]!)).to.be.instanceOf(CallCycleError);
    expect(await Promise.all([holding, turns[0]])).to.deep.equal([3, 'x']);
  });
});
