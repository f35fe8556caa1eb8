// The real thread, on a real Redis and the machine's clock. The main loop's own beats are cut off: a counter that moves is the thread's.
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { SystemClock } from '../../protocol/system-clock.js';
import { HeartbeatThread } from '../../state/heartbeat-thread.js';
import { RedisMembership, type HeartbeatThreadOptions } from '../../state/redis-membership.js';
import { RedisMembershipTable } from '../../state/redis-membership-table.js';
import type { MembershipOptions } from '../../state/leased-membership.js';
import { counterOf } from './contract/membership-bench.js';
import { TestProcess } from '../support/processes.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { phase } from './phase.js';
import { RedisBench } from './redis-bench.js';

/** Blocks this thread, and with it everything that the main loop does. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** The worker threads of this process. */
function threads(): number {
  return (process.report.getReport() as { readonly workers?: readonly unknown[] }).workers?.length ?? 0;
}

describe('heartbeats from a thread', () => {
  let direct: RedisBench;
  let table: RedisMembershipTable;
  const clock = new SystemClock();
  const opened: RedisMembership[] = [];
  const lines: string[] = [];
  const log = { info: (line: unknown) => void lines.push(`info ${String(line)}`), warn: (_: unknown, line?: string) => void lines.push(`warn ${line}`) };

  const open = (more: Partial<MembershipOptions> & { readonly thread?: Partial<HeartbeatThreadOptions> } = {}) => {
    const thread = { source: direct.url, log, ...more.thread };
    const membership = new RedisMembership(direct.connection, { siloId: 'one', address: 'a', clock, cluster: direct.cluster, ...more, thread });
    opened.push(membership);
    return membership;
  };
  const counter = async (membership: RedisMembership) => Number(await counterOf(table, membership.incarnation));
  /** Joined, and the thread beats. */
  const running = async (more: Parameters<typeof open>[0] = {}) => {
    const membership = open(more);
    direct.connection.heartbeats.disconnect();
    await membership.start();
    await phase('the thread beats', async () => (await counter(membership)) > 0 && membership.isValid);
    return membership;
  };

  beforeEach(async () => {
    direct = await RedisBench.open();
    table = new RedisMembershipTable({ scripts: direct.connection.scripts, heartbeats: direct.connection.scripts }, direct.cluster, clock);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((membership) => membership.stop()));
    table.close();
    await direct.dispose();
    lines.length = 0;
  });

  it('go on while the main loop is blocked: the counter moves, and the lease is valid right after', async () => {
    const membership = await running({ leaseMs: 1500 });
    const before = await counter(membership);
    block(2500);
    const isValidAfter = [membership.isValid, membership.mayAccept, membership.isValidAt(clock.monotonicMs())];
    expect(await counter(membership) - before).to.be.at.least(3);
    expect(isValidAfter).to.deep.equal([true, true, true]);
  });

  it('end when the main loop is blocked for longer than its limit: the counter stands still, and the lease is over right after, until the next beat', async () => {
    const leaseMs = 2500;
    const membership = await running({ beatEveryMs: 50, leaseMs, thread: { loopLimitMs: 500 } });
    const joinedMs = clock.monotonicMs();
    await phase("what the loop's own join was worth is over", () => clock.monotonicMs() > joinedMs + leaseMs);
    const before = await counter(membership);
    block(1500);
    const isValidAfter = [membership.isValid, membership.mayAccept, membership.isValidAt(clock.monotonicMs())];
    // 30 without the limit; and the last of 10 would be worth 2 s.
    expect(await counter(membership) - before).to.be.at.most(15);
    expect(isValidAfter).to.deep.equal([false, false, false]);
    await phase('valid again', () => membership.isValid);
  });

  it('P4: revoke the lease in shared memory when the answer is DEAD: a loop that was blocked meanwhile finds itself without, and then hears why', async () => {
    const membership = await running({ leaseMs: 60_000, thread: { loopLimitMs: 60_000 } });
    const fenced = new Promise<string>((resolve) => membership.onFenced(resolve));
    await direct.ask('hset', `troupe:{${direct.cluster}/m}:silos`, membership.incarnation, 'dead');
    block(1500);
    expect([membership.isValid, membership.mayAccept, membership.isValidAt(clock.monotonicMs())]).to.deep.equal([false, false, false]);
    expect(await fenced).to.match(/was declared dead/);
  });

  it('say which genesis they found when the store is another one', async () => {
    const membership = await running();
    const fenced = new Promise<string>((resolve) => membership.onFenced(resolve));
    await direct.ask('set', `troupe:{${direct.cluster}/m}:genesis`, 'other 32');
    expect(await fenced).to.match(/genesis other 32, expected /);
    expect(membership.isValid).to.equal(false);
  });

  it('carry the load', async () => {
    const membership = await running({ load: () => ({ cpu: 0.5, memory: 0.25, activations: 7 }) });
    await phase('the load is in the table', async () => (await membership.members())[0]?.load?.activations === 7);
  });

  it('end with the lease when Redis falls silent, and go on over a new connection', async () => {
    const proxy = await TcpProxy.start(direct.url);
    try {
      const membership = await running({ thread: { source: proxy.url } });
      proxy.stall();
      await phase('the lease is over', () => !membership.isValid);
      await phase('valid again, over another connection', () => membership.isValid);
    } finally {
      await proxy.stop();
    }
  });

  it('leave no thread behind: not after stop, not after they were fenced and stopped', async () => {
    const before = threads();
    const first = await running();
    expect(threads()).to.equal(before + 1);
    await first.stop();
    expect(threads()).to.equal(before);
    const second = await running();
    const fenced = new Promise((resolve) => second.onFenced(resolve));
    await table.leave(second.incarnation);
    await fenced;
    await second.stop();
    expect(threads()).to.equal(before);
  });

  it('are waited for by stop, also when the thread has not yet started', async () => {
    let hasEnded = false;
    const startThread: HeartbeatThreadOptions['startThread'] = (orders, listener) => {
      const thread = new HeartbeatThread(orders, listener);
      return { tellLoad: (load) => thread.tellLoad(load), stop: () => thread.stop().then(() => void (hasEnded = true)) };
    };
    const membership = open({ thread: { startThread } });
    await membership.start();
    expect(hasEnded).to.equal(false);
    await membership.stop();
    expect(hasEnded).to.equal(true);
  });

  it('are not waited for by stop for longer than it may take', async () => {
    const startThread = () => ({ tellLoad: () => undefined, stop: () => new Promise<void>(() => undefined) });
    const membership = open({ thread: { startThread }, leaveTimeoutMs: 1 });
    await membership.start();
    await membership.stop();
    expect(membership.isValid).to.equal(false);
  });

  it('come from the main loop when the source is a client or a function, and that is logged once', async () => {
    const before = threads();
    const membership = open({ thread: { source: direct.connection.scripts } });
    await membership.start();
    await phase('the loop beats', async () => (await counter(membership)) >= 2);
    expect(threads()).to.equal(before);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/^info heartbeats: .*cannot be handed to a thread; the main loop sends them/);
  });

  it('come from the main loop while the thread reaches no Redis', async () => {
    const membership = open({ thread: { source: 'redis://127.0.0.1:1' } });
    await membership.start();
    await phase('the loop beats', async () => (await counter(membership)) >= 2);
    expect(membership.isValid).to.equal(true);
    expect(lines).to.deep.equal([]);
  });

  it('come from the main loop when the thread dies, and that is logged once', async () => {
    const membership = open({ thread: { source: 'no URL' } });
    await membership.start();
    await phase('the thread died', () => lines.length > 0);
    const before = await counter(membership);
    await phase('the loop beats', async () => (await counter(membership)) >= before + 3);
    expect(lines).to.deep.equal(['warn heartbeats: the helper thread failed; the main loop sends them from now on']);
  });

  it('keep no process alive that has nothing else to do', async () => {
    const program = fileURLToPath(new URL('./member-process.js', import.meta.url));
    await using child = new TestProcess([program, direct.url, direct.cluster, 'leave-it']);
    const { code, stdout, stderr } = await child.ended;
    expect([code, stdout, stderr]).to.deep.equal([0, 'the thread runs\n', '']);
  });
});
