// What waits for a permit on one silo, and how the wait ends.
import { expect } from 'chai';
import { CallTimeoutError, CancelledError, MailboxFullError, type Handle } from '../../sdk/index.js';
import { startTestCluster, type TestCluster } from '../../silo/testing/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { failure, memorySilo } from '../support/memory-silo.js';
import { act, Lane, newAct, Odd } from './odd.js';
import { Guest, newScene, scene, Stall } from './stall.js';

describe('a service whose permits are all taken', () => {
  let t: TestCluster;

  beforeEach(async () => {
    newAct();
    t = await startTestCluster({ modules: [Odd, Lane, Stall, Guest], log: 'silent' });
  });
  afterEach(async () => {
    act.lane.open();
    scene.leaveAll();
    await t.stop();
  });

  it('lets calls wait in order beyond its permits, until their deadline or their caller ends that', async () => {
    const stall = t.service(Stall);
    const first = ['a', 'b', 'c', 'd'].map((who) => stall.stay(who));
    await scene.has(4);
    const abort = new AbortController();
    const late = failure(stall.with({ timeout: '1s' }).stay('late'));
    const cancelled = failure(stall.with({ signal: abort.signal }).stay('cancelled'));
    const patient = stall.stay('patient');
    abort.abort();
    expect(await cancelled).to.be.instanceOf(CancelledError);
    expect(await t.clock.until(late)).to.be.instanceOf(CallTimeoutError);
    expect(scene.names()).to.deep.equal(['a', 'b', 'c', 'd']);
    scene.inside[0]!.leave();
    await scene.sees('patient');
    expect(scene.names()).to.deep.equal(['b', 'c', 'd', 'patient']);
    scene.leaveAll();
    await Promise.all([...first, patient]);
  });

  it('keeps its permit for a turn whose caller gave up, until the turn ends', async () => {
    const stall = t.service(Stall);
    const gone = ['a', 'b', 'c', 'd'].map((who) => failure(stall.with({ timeout: '1s' }).stay(who)));
    await scene.has(4);
    const next = stall.stay('next');
    await t.clock.until(Promise.all(gone));
    expect(scene.names()).to.not.include('next');
    scene.inside[0]!.leave();
    await scene.sees('next');
    scene.leaveAll();
    await next;
  });

  it('refuses the 10,001st call that would wait', async () => {
    const stall = t.service(Stall);
    const calls = Array.from({ length: 10_004 }, (_, n) => stall.stay(`v${n}`));
    expect(await failure(stall.stay('more'))).to.be.instanceOf(MailboxFullError).and.include({ limit: 10_000 });
    for (let left = calls.length; left > 0; left -= 4) {
      await scene.has(4);
      scene.leaveAll();
    }
    await Promise.all(calls);
  });

  it('lets a one-way call wait like any other', async () => {
    const stall = t.service(Stall);
    const calls = ['a', 'b', 'c', 'd'].map((who) => stall.stay(who));
    stall.oneWay.stay('quiet');
    await scene.has(4);
    scene.inside[0]!.leave();
    await scene.sees('quiet');
    scene.leaveAll();
    await Promise.all(calls);
  });
});

describe('a service on a silo that loses its lease', () => {
  it('begins no turn until the lease is back: what is called then waits with the others', async () => {
    newScene();
    const clock = new VirtualClock();
    const silo = memorySilo([Stall], { clock });
    const stall = silo.runtime.service(Stall) as Handle<Stall>;
    const calls = ['a', 'b', 'c', 'd', 'e'].map((who) => stall.stay(who));
    await scene.has(4);
    silo.membership.isValid = false;
    calls.push(stall.stay('f'));
    scene.leaveAll();
    await clock.advance('3s');
    expect(scene.inside).to.deep.equal([]);
    silo.membership.isValid = true;
    await clock.until(scene.sees('f'));
    scene.leaveAll();
    expect(await Promise.all(calls)).to.have.lengthOf(6);
    await clock.until(silo.runtime.stop());
  });
});
