// A step that calls an actor whose turn waits for the end of its chain (R6 in silo/messages/replies.ts): the circle is found as others are.
import { expect } from 'chai';
import { Actor, ReadOnly, RemoteError, State, type ActorContext } from '../../sdk/index.js';
import { TailWait } from '../../silo/messages/tail-wait.js';
import { ChainTable } from '../../silo/routing/chain-table.js';
import { describeWait } from '../../silo/routing/wait-report.js';
import { CallChain, chainOf } from '../../silo/turns/call-chain.js';
import { PendingCall } from '../../silo/turns/pending-call.js';
import { SYSTEM_TURN } from '../../silo/turns/turn-mode.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { startTestCluster, type TestCluster } from '../../silo/testing/index.js';
import { failure, gate, memorySilo, RecordingLogger, type TestSilo } from '../support/memory-silo.js';

type How = 'throws' | 'catches' | 'keeps' | 'durably' | 'late';

const world = { entered: gate(), hold: gate(), mayStep: gate(), mayAsk: gate() };

@Actor({ name: 'tcc-asker' })
class Asker {
  @State() asked = 0;
  constructor(private readonly ctx: ActorContext<Asker>) {}

  /** Waits for a chain whose step calls back. */
  async ask(first: string, second: string, how: How): Promise<unknown> {
    this.asked++;
    const handle = this.ctx.actor(First, first);
    return (how === 'durably' ? handle.with({ durable: true }) : handle).begin(second, this.ctx.key, how);
  }
  /** Asks for the same chain again, whose step waits for this turn by then. */
  async askAgain(): Promise<unknown> {
    const ask = (timeout: '1s' | '10s'): Promise<unknown> => this.ctx.actor(First, 'a').with({ idempotencyKey: 'k', timeout }).begin('b', this.ctx.key, 'late');
    await failure(ask('1s'));
    world.mayStep.open();
    await world.mayAsk.opened;
    return ask('10s');
  }
  async stand(): Promise<void> {
    world.entered.open();
    await world.hold.opened;
  }
  touch(): string {
    return 'touched';
  }
  @ReadOnly() count(): number {
    return this.asked;
  }
}

@Actor({ name: 'tcc-first' })
class First {
  @State() begun = 0;
  constructor(private readonly ctx: ActorContext<First>) {}

  async begin(second: string, asker: string, how: How): Promise<unknown> {
    this.begun++;
    if (how === 'keeps') return this.ctx.tailCall(this.ctx.self, { keepTurn: true }).goOn(asker);
    return this.ctx.tailCall(this.ctx.actor(Second, second)).goOn(asker, how);
  }
  async goOn(asker: string): Promise<unknown> {
    this.begun++;
    return this.ctx.actor(Asker, asker).touch();
  }
  async stand(): Promise<void> {
    world.entered.open();
    await world.hold.opened;
  }
  @ReadOnly() count(): number {
    return this.begun;
  }
}

@Actor({ name: 'tcc-second' })
class Second {
  @State() gone = 0;
  constructor(private readonly ctx: ActorContext<Second>) {}

  async goOn(asker: string, how: How): Promise<unknown> {
    this.gone++;
    if (how === 'late') await world.mayStep.opened;
    const touching = this.ctx.actor(Asker, asker).touch();
    return how === 'catches' || how === 'late' ? touching.catch((error: Error) => error.name) : touching;
  }
  @ReadOnly() count(): number {
    return this.gone;
  }
}

const CIRCLE = 'the call would wait for itself: tcc-asker/x → tcc-first/a (tail call) → tcc-asker/x; it did not run';

describe('a step that calls who waits for its chain', () => {
  let clock: VirtualClock;
  let silo: TestSilo;
  beforeEach(() => {
    Object.assign(world, { entered: gate(), hold: gate(), mayStep: gate(), mayAsk: gate() });
    clock = new VirtualClock();
    silo = memorySilo([Asker, First, Second], { clock, random: () => 0.5 });
  });
  afterEach(async () => {
    world.hold.open();
    await clock.until(silo.runtime.stop(), '1s');
  });
  const ask = (how: How): Promise<unknown> => clock.until(silo.actor(Asker, 'x').ask('a', 'b', how), '10ms');

  for (const how of ['throws', 'keeps', 'durably'] as const) {
    it(`is refused at once, and ends the chain: who waits gets the error (${how})`, async () => {
      const startMs = clock.monotonicMs();
      const error = await failure(ask(how));
      expect(error).to.be.instanceOf(RemoteError).with.property('remoteName', 'CallCycleError');
      expect(error.message).to.equal(CIRCLE);
      expect(clock.monotonicMs() - startMs, 'not by the deadline').to.be.below(2000);
      expect([await silo.actor(Asker, 'x').count(), await silo.actor(First, 'a').count(), await silo.actor(Second, 'b').count()]).to.deep.equal([0, 1, 0]);
      expect([silo.runtime.messages.replies.count, await silo.runtime.messages.letters.count()], 'nothing is left').to.deep.equal([0, 0]);
    });
  }

  it('may go on without it', async () => {
    expect(await ask('catches')).to.equal('CallCycleError');
    expect([await silo.actor(Asker, 'x').count(), await silo.actor(Second, 'b').count()]).to.deep.equal([1, 1]);
  });

  it('is what is refused, also where who waits has asked for the chain again behind it', async () => {
    const asking = silo.actor(Asker, 'x').askAgain();
    await clock.until(world.mayStep.opened);
    await clock.advance('100ms');
    const standing = silo.actor(First, 'a').stand();
    await clock.until(world.entered.opened);
    world.mayAsk.open();
    await clock.advance('100ms');
    world.hold.open();
    expect(await clock.until(asking)).to.equal('CallCycleError');
    await clock.until(standing);
  });

  it('is what silos give up, whatever their clocks say: who waits for the chain is told of as the oldest', () => {
    const chains = new ChainTable();
    const step = chainOf({ id: 'tail' });
    chains.hold(step);
    const call = new PendingCall({ kind: 'call', target: { type: 'tcc-first', key: 'a' }, method: 'begin', args: [], deadlineMs: Infinity, timeoutMs: Infinity, hops: 0 }, new CallChain(), SYSTEM_TURN);
    call.queuedAtMs = clock.now() + 5000;
    new TailWait('tail', chains).begin(call);
    expect(describeWait(call, 's')).to.deep.include({ since: 0, waitsFor: ['tail'] });
  });

  it('is no circle where another one keeps that actor busy for a while', async () => {
    const standing = silo.actor(Asker, 'y').stand();
    await clock.until(world.entered.opened);
    const begun = silo.actor(First, 'a').begin('b', 'y', 'throws');
    await clock.advance('1s');
    world.hold.open();
    expect(await clock.until(begun)).to.equal('touched');
    await clock.until(standing);
  });
});

describe('a step that calls who waits for its chain, among silos', () => {
  let cluster: TestCluster;
  beforeEach(async () => (cluster = await startTestCluster({ modules: [Asker, First, Second], silos: 3, seed: 3, log: new RecordingLogger() })));
  afterEach(() => cluster.stop());
  const settled = <T>(promise: Promise<T>): Promise<T> => cluster.clock.until(promise, '10ms');
  const hostOf = (actor: string): string => cluster.silos.find((silo) => silo.activations().includes(actor))!.name;

  /** A key for each of the wanted silos; `where`: numbers of silos, of the asker's first, which is 0. */
  async function placed([first, second]: readonly [number, number]): Promise<readonly [string, string]> {
    await settled(cluster.actor(Asker, 'x').count());
    const own = hostOf('tcc-asker/x');
    const names = [own, ...cluster.silos.map(({ name }) => name).filter((name) => name !== own)];
    for (let n = 0; n < 200; n++) {
      await settled(cluster.actor(First, `a${n}`).count());
      if (hostOf(`tcc-first/a${n}`) !== names[first]) continue;
      for (let m = 0; m < 200; m++) {
        await settled(cluster.actor(Second, `b${m}`).count());
        if (hostOf(`tcc-second/b${m}`) === names[second]) return [`a${n}`, `b${m}`];
      }
    }
    throw new Error('no such keys');
  }

  for (const where of [[0, 0], [0, 1], [1, 0], [1, 1], [1, 2]] as const) {
    it(`is refused, and who waits gets the error (asker 0, first step ${where[0]}, second ${where[1]})`, async () => {
      const [first, second] = await placed(where);
      const startMs = cluster.clock.now();
      const error = await failure(settled(cluster.actor(Asker, 'x').ask(first, second, 'throws')));
      expect(error.message).to.equal(CIRCLE.replace('tcc-first/a', `tcc-first/${first}`));
      expect(cluster.clock.now() - startMs, 'not by the deadline').to.be.below(3000);
      expect(await settled(cluster.actor(Asker, 'x').count())).to.equal(0);
      for (const { runtime } of cluster.silos) expect(runtime.messages.replies.count).to.equal(0);
    });
  }
});

