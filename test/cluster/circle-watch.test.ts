// The search alone, without silos: what a look costs, counted and not timed.
import { expect } from 'chai';
import type { Member } from '../../protocol/ports/index.js';
import { ChainTable } from '../../silo/routing/chain-table.js';
import { CircleWatch } from '../../silo/routing/circle-watch.js';
import { MAX_WAITS, type WaitingCall } from '../../silo/routing/wait-report.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { CallChain } from '../../silo/turns/call-chain.js';
import type { Mailbox } from '../../silo/turns/mailbox.js';
import type { PendingCall } from '../../silo/turns/pending-call.js';
import { loneMembership, RecordingLogger } from '../support/memory-silo.js';

/** A silo on which `count` chains of other silos wait for one chain. */
function hotActor(count: number) {
  const clock = new VirtualClock();
  const chains = new ChainTable();
  const holder = new CallChain();
  const log = new RecordingLogger();
  let asked = 0;
  let reads = 0;
  let holdersAsked = 0;
  const mailbox = { waitsFor: () => (holdersAsked++, [holder]) } as unknown as Mailbox;
  const queued: CallChain[] = [];
  for (let i = 1; i <= count; i++) {
    const chain = chains.enter([`far-${i}`]);
    chain.beginWait({ envelope: { target: { type: 'hot', key: 'spot' } }, chain, mailbox, queuedAs: i, queuedAtMs: clock.now() } as unknown as PendingCall);
    queued.push(chain);
  }
  const said = queued.map((_, i): WaitingCall => counted({ id: `there ${i}`, target: 'cold/spot', since: 0, chain: `other-${i}`, waitsFor: [`far-${i}`], waitsForOwn: [], awaitedBy: [] }));
  function counted(call: WaitingCall): WaitingCall {
    return new Proxy(call, { get: (target, name, receiver) => (reads++, Reflect.get(target, name, receiver) as unknown) });
  }
  const peer = { siloId: 'there', incarnation: 'there', address: '' } as unknown as Member;
  const watch = new CircleWatch({ clock, log, chains, membership: { ...loneMembership(), peers: [peer] }, ask: () => (asked++, Promise.resolve(said)) });
  watch.start();
  const look = async () => {
    [asked, reads, holdersAsked] = [0, 0, 0];
    await clock.advance(250);
    watch.stop();
    expect(log.lines).to.deep.equal([]);
    return { asked, reads, holdersAsked };
  };
  return { chains, holder, watch, look };
}

describe('the search for circles through several silos', () => {
  it('costs as much as is said of the calls, with 5,000 that wait here and there for one that is elsewhere', async () => {
    const { chains, holder, look } = hotActor(5000);
    chains.goOut(holder);
    const { asked, reads, holdersAsked } = await look();
    expect(asked).to.equal(1);
    expect(reads).to.be.within(MAX_WAITS, 20 * MAX_WAITS);
    expect(holdersAsked).to.be.below(5 * MAX_WAITS);
  });

  it('asks nobody while no chain that is waited for waits for another silo', async () => {
    const { chains, holder, look } = hotActor(5000);
    chains.goOut(holder);
    chains.comeBack(holder);
    expect(await look()).to.include({ asked: 0, reads: 0 });
  });

  it('reports of 5,000 that wait those whose chains are known for longest', () => {
    const { watch } = hotActor(5000);
    const report = watch.report();
    expect(report).to.have.length(MAX_WAITS);
    expect(report[0]!.chain).to.equal('far-1');
    watch.stop();
  });
});
