import { expect } from 'chai';
import { Actor, CallCycleError, CallTimeoutError, CancelledError, MailboxFullError, ReadOnly, State, type ActorContext, type Handle } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { failure, gate, memorySilo } from '../support/memory-silo.js';

const log: string[] = [];
let hold = gate();
let entered = gate();

@Actor({ name: 'worker' })
class Worker {
  constructor(private readonly ctx: ActorContext<Worker>) {}
  async step(name: string): Promise<void> {
    log.push(`${name} begins`);
    await Promise.resolve();
    log.push(`${name} ends`);
  }
  async block(): Promise<string> {
    entered.open();
    await hold.opened;
    return 'unblocked';
  }
  @ReadOnly() async look(): Promise<void> {
    log.push('look begins');
    entered.open();
    await hold.opened;
    log.push('look ends');
  }
  quick(): number {
    return log.push('quick');
  }
  async viaOther(other: string): Promise<string> {
    return this.ctx.actor(Worker, other).callBack(this.ctx.key);
  }
  async callBack(key: string): Promise<string> {
    return this.ctx.actor(Worker, key).answer();
  }
  answer(): string {
    return 'answered in the chain';
  }
  async waitThenCall(other: string): Promise<void> {
    entered.open();
    await hold.opened;
    await this.ctx.actor(Worker, other).step(`from ${this.ctx.key}`);
  }
  async untilCancelled(): Promise<string> {
    const { signal } = this.ctx.call;
    entered.open();
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve('aborted'), { once: true }));
  }
  async nap(): Promise<void> {
    entered.open();
    await hold.opened;
    log.push('nap over');
  }
}

@Actor({ name: 'narrow', mailboxLimit: 2 })
class Narrow {
  async block(): Promise<void> {
    entered.open();
    await hold.opened;
  }
}

@Actor({ name: 'counter' })
class Counter {
  @State() value = 0;
  @ReadOnly() get(): number {
    return this.value;
  }
  async incrementSlowly(): Promise<number> {
    const read = this.value;
    await Promise.resolve();
    await new Promise<void>((resolve) => void setImmediate(resolve));
    this.value = read + 1;
    return this.value;
  }
}

describe('turns', () => {
  beforeEach(() => {
    log.length = 0;
    hold = gate();
    entered = gate();
  });

  it('runs one turn at a time, in arrival order', async () => {
    const { actor, runtime } = memorySilo([Worker]);
    const worker = actor(Worker, 'w');
    await Promise.all(['a', 'b', 'c'].map((name) => worker.step(name)));
    expect(log).to.deep.equal(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    await runtime.stop();
  });

  it('loses no increment of 100 concurrent read-await-write turns', async () => {
    const { actor, runtime } = memorySilo([Counter]);
    const counter = actor(Counter, 'c');
    await Promise.all(Array.from({ length: 100 }, () => counter.incrementSlowly()));
    expect(await counter.get()).to.equal(100);
    await runtime.stop();
  });

  it('makes one activation for 100 callers released together on each of 10 cold actors', async () => {
    const { actor, runtime } = memorySilo([Counter]);
    const calls = Array.from({ length: 1000 }, (_, index) => actor(Counter, `cold-${index % 10}`).incrementSlowly());
    await Promise.all(calls);
    expect(runtime.statistics.activated).to.equal(10);
    await runtime.stop();
  });

  it('runs read-only turns side by side, and a writer after them', async () => {
    const { actor, runtime } = memorySilo([Worker]);
    const worker = actor(Worker, 'w');
    const looks = [worker.look(), worker.look()];
    await entered.opened;
    const quick = worker.quick();
    const late = worker.look();
    hold.open();
    await Promise.all([...looks, quick, late]);
    expect(log).to.deep.equal(['look begins', 'look begins', 'look ends', 'look ends', 'quick', 'look begins', 'look ends']);
    await runtime.stop();
  });

  it('lets a call chain come back to an actor it holds (A → B → A)', async () => {
    const { actor, runtime } = memorySilo([Worker]);
    expect(await actor(Worker, 'a').viaOther('b')).to.equal('answered in the chain');
    await runtime.stop();
  });

  it('refuses the youngest call of a circle of waiting calls at once, naming the actors', async () => {
    const { actor, runtime } = memorySilo([Worker]);
    const first = actor(Worker, 'a').waitThenCall('b');
    await entered.opened;
    entered = gate();
    const second = actor(Worker, 'b').waitThenCall('a');
    await entered.opened;
    hold.open();
    const outcomes = await Promise.allSettled([first, second]);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).to.have.length(1);
    const error = (refused[0] as PromiseRejectedResult).reason as CallCycleError;
    expect(error).to.be.instanceOf(CallCycleError);
    expect(error.cycle).to.include.members(['worker/a', 'worker/b']);
    expect(error.message).to.contain('worker/a').and.contain('worker/b');
    await runtime.stop();
  });

  it('refuses calls above the mailbox limit', async () => {
    const { actor, runtime } = memorySilo([Narrow]);
    const narrow = actor(Narrow, 'n');
    const accepted = [narrow.block()];
    await entered.opened;
    accepted.push(narrow.block(), narrow.block());
    const error = await failure(narrow.block());
    expect(error).to.be.instanceOf(MailboxFullError);
    expect(error.limit).to.equal(2);
    hold.open();
    await Promise.all(accepted);
    await runtime.stop();
  });

  it('never runs a call that expired in the queue', async () => {
    const clock = new VirtualClock();
    const { actor, runtime } = memorySilo([Worker], { clock });
    const worker = actor(Worker, 'w');
    const blocked = worker.block();
    await entered.opened;
    const expiring = failure(worker.with({ timeout: '100ms' }).quick());
    await clock.advance('200ms');
    expect(await expiring).to.be.instanceOf(CallTimeoutError);
    hold.open();
    expect(await blocked).to.equal('unblocked');
    await worker.answer();
    expect(log).to.not.include('quick');
    await runtime.stop();
  });

  it('answers the caller at the deadline while the turn goes on, and keeps the order', async () => {
    const clock = new VirtualClock();
    const { actor, runtime } = memorySilo([Worker], { clock });
    const worker = actor(Worker, 'w');
    const late = failure(worker.with({ timeout: 50 }).nap());
    await entered.opened;
    await clock.advance('1s');
    expect(await late).to.be.instanceOf(CallTimeoutError);
    const next = worker.quick();
    hold.open();
    await next;
    expect(log).to.deep.equal(['nap over', 'quick']);
    await runtime.stop();
  });

  it('takes a cancelled call out of the queue', async () => {
    const { actor, runtime } = memorySilo([Worker]);
    const worker = actor(Worker, 'w');
    const blocked = worker.block();
    await entered.opened;
    const controller = new AbortController();
    const cancelled = failure(worker.with({ signal: controller.signal }).quick());
    controller.abort();
    expect(await cancelled).to.be.instanceOf(CancelledError);
    hold.open();
    await blocked;
    await worker.answer();
    expect(log).to.not.include('quick');
    await runtime.stop();
  });

  it('signals a running turn that its caller cancelled', async () => {
    const { actor, runtime } = memorySilo([Worker]);
    const worker = actor(Worker, 'w');
    const controller = new AbortController();
    const cancelled = failure(worker.with({ signal: controller.signal }).untilCancelled());
    await entered.opened;
    controller.abort();
    expect(await cancelled).to.be.instanceOf(CancelledError);
    expect(await worker.answer()).to.equal('answered in the chain');
    await runtime.stop();
  });

  it('drains thousands of waiting synchronous turns without growing the stack', async () => {
    const { actor, runtime } = memorySilo([Worker]);
    const worker: Handle<Worker> = actor(Worker, 'w');
    const blocked = worker.block();
    await entered.opened;
    const calls = Array.from({ length: 9000 }, () => worker.quick());
    hold.open();
    await blocked;
    expect(await Promise.all(calls)).to.have.length(9000);
    await runtime.stop();
  });
});
