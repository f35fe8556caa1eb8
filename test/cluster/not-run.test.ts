// Calls that surely did not run where they were sent: they go on looking. What may have run is never made again.
import { expect } from 'chai';
import { Actor, ReadOnly, SiloUnavailableError, State } from '../../sdk/index.js';
import { failure, gate } from '../support/memory-silo.js';
import { MemoryCluster, type MemoryClusterSilo } from './memory-cluster.js';

let hold = gate();
let entered = gate();
let runs = 0;

@Actor({ name: 'patient' })
class Patient {
  @State() count = 0;
  add(): number {
    return ++this.count;
  }
  @ReadOnly() read(): number {
    return this.count;
  }
  async addSlowly(): Promise<number> {
    entered.open();
    await hold.opened;
    return ++this.count;
  }
  refuse(): never {
    runs++;
    throw new SiloUnavailableError('as the actor says');
  }
}

/** Redis is out of reach of this silo, as far as its lease is concerned. Returns what ends that. */
function loseLease({ membership }: MemoryClusterSilo): () => void {
  const gone = { get: () => false, configurable: true };
  Object.defineProperties(membership, { isValid: gone, mayAccept: gone, isValidAt: { value: () => false, configurable: true } });
  return () => {
    for (const name of ['isValid', 'mayAccept', 'isValidAt']) Reflect.deleteProperty(membership, name);
  };
}

describe('calls that did not run where they were sent', () => {
  beforeEach(() => {
    hold = gate();
    entered = gate();
    runs = 0;
  });

  it('because their silo lost its lease while they waited in line run when it has it again', async () => {
    const cluster = await MemoryCluster.of(2, [Patient]);
    const [s0, s1] = cluster.silos;
    await s1!.actor(Patient, 'a').add();
    const slow = s0!.actor(Patient, 'a').addSlowly();
    await entered.opened;
    const queued = [s0!.actor(Patient, 'a').add(), s0!.actor(Patient, 'a').read(), s0!.actor(Patient, 'a').with({ idempotencyKey: 'k' }).add()];
    await cluster.clock.advance(10);
    const regain = loseLease(s1!);
    hold.open();
    expect(await slow).to.equal(2);
    await cluster.clock.advance(700);
    regain();
    expect((await cluster.until(Promise.all(queued))).sort()).to.include.members([3, 4]);
    expect(await s1!.actor(Patient, 'a').add()).to.equal(5);
    await cluster.stop();
  });

  it('because their silo was declared dead while they waited in line run elsewhere', async () => {
    const cluster = await MemoryCluster.of(3, [Patient]);
    const [s0, s1] = cluster.silos;
    await s1!.actor(Patient, 'a').add();
    void failure(s0!.actor(Patient, 'a').addSlowly());
    await entered.opened;
    const queued = s0!.actor(Patient, 'a').add();
    await cluster.clock.advance(10);
    await s0!.membership.declareDead(s1!.membership.incarnation);
    expect(await cluster.until(queued)).to.equal(2);
    hold.open();
    await cluster.stop();
  });

  it('because the actor could not be activated there run elsewhere', async () => {
    const cluster = await MemoryCluster.of(2, [Patient]);
    const [s0, s1] = cluster.silos;
    cluster.choose = (candidates) => candidates.find((id) => id === 's1')!;
    const claim = cluster.store.claim.bind(cluster.store);
    cluster.store.claim = (request) => {
      if (request.incarnation !== s1!.membership.incarnation) return claim(request);
      loseLease(s1!);
      return Promise.reject(new Error('out of reach'));
    };
    expect(await cluster.until(s0!.actor(Patient, 'a').add())).to.equal(1);
    expect(cluster.carried).to.deep.equal(['s0>s1 add']);
    await cluster.stop();
  });

  it('are told from those whose own code says that a silo is unavailable: these ran, once', async () => {
    const cluster = await MemoryCluster.of(2, [Patient]);
    const [s0, s1] = cluster.silos;
    await s1!.actor(Patient, 'a').add();
    const error = await cluster.until(failure(s0!.actor(Patient, 'a').refuse()));
    expect(error).to.be.instanceOf(SiloUnavailableError).and.to.have.property('message', 'as the actor says');
    expect(runs).to.equal(1);
    await cluster.stop();
  });

  it('because their own silo lost its lease run where others have the actor, or take it', async () => {
    const cluster = await MemoryCluster.of(2, [Patient]);
    const [s0, s1] = cluster.silos;
    await s1!.actor(Patient, 'there').add();
    loseLease(s0!);
    expect(await cluster.until(s0!.actor(Patient, 'there').add())).to.equal(2);
    expect(await cluster.until(s0!.actor(Patient, 'nowhere').add())).to.equal(1);
    expect(s1!.activations()).to.have.members(['patient/there', 'patient/nowhere']);
    await cluster.stop();
  });

  it('because their own silo lost its lease, and no other hosts an actor that sleeps, run in their order, before what is called later', async () => {
    const cluster = await MemoryCluster.of(1, [Patient]);
    await cluster.add([]);
    const [s0] = cluster.silos;
    await s0!.membership.refresh();
    const regain = loseLease(s0!);
    const counts: Promise<number>[] = [];
    for (let i = 0; i < 4; i++) {
      counts.push(s0!.actor(Patient, 'a').add());
      await cluster.clock.advance(333);
    }
    regain();
    counts.push(s0!.actor(Patient, 'a').add());
    expect(await cluster.until(Promise.all(counts))).to.deep.equal([1, 2, 3, 4, 5]);
    await cluster.stop();
  });

  it('because the only silo that hosts the actor lost its lease, their own, run when it is back', async () => {
    const cluster = await MemoryCluster.of(1, [Patient]);
    await cluster.add([]);
    const [s0] = cluster.silos;
    await s0!.membership.refresh();
    const regain = loseLease(s0!);
    const calls = [s0!.actor(Patient, 'a').add(), s0!.actor(Patient, 'a').add()];
    await cluster.clock.advance(5000);
    expect(s0!.activations()).to.deep.equal([]);
    // They wait, as many as they may be: nobody asks for them again and again.
    expect(s0!.runtime.statistics.calls).to.equal(2);
    regain();
    expect((await cluster.until(Promise.all(calls))).sort()).to.deep.equal([1, 2]);
    await cluster.stop();
  });

  it('and whose own silo is declared dead fail as not run, at once', async () => {
    const cluster = await MemoryCluster.of(2, [Patient]);
    const [s0, s1] = cluster.silos;
    await s0!.actor(Patient, 'a').add();
    loseLease(s0!);
    const errors = Promise.all([failure(s0!.actor(Patient, 'a').add()), failure(s0!.actor(Patient, 'a').read())]);
    await s1!.membership.declareDead(s0!.membership.incarnation);
    const startMs = cluster.clock.monotonicMs();
    for (const error of await cluster.until(errors)) expect(error).to.be.instanceOf(SiloUnavailableError).and.include({ retryable: true });
    expect(cluster.clock.monotonicMs() - startMs).to.be.at.most(1000);
    await cluster.stop();
  });
});
