import type { MessagePort } from 'node:worker_threads';
import { expect } from 'chai';
import { componentMetadata } from '../../decorators/index.js';
import type { Hosted, HostedWatch } from '../../isolation/host.js';
import { unpackBatch, type PackedBatch } from '../../isolation/packed-batch.js';
import { DONE, SAY, SHARED_WORDS, STAGED } from '../../isolation/thread-messages.js';
import { ThreadLine } from '../../isolation/thread/thread-line.js';
import { WorkerHost } from '../../isolation/worker-host.js';
import { createCodec } from '../../protocol/codec/index.js';
import { NotSerializableError } from '../../protocol/errors/index.js';
import { SystemClock } from '../../protocol/system-clock.js';
import { failure, RecordingLogger } from '../support/memory-silo.js';
import { FakeRuntime, fakeTurn } from './fake-runtime.js';
import { Gauge } from './fixtures/gauge.js';
import { PretendedThreads } from './pretended-threads.js';

const metadata = { ...componentMetadata(Gauge)!, isolation: 'worker' as const };
/** No port clones it, and it passes for plain data. */
const unsendable = (): object => new Proxy({}, {});

describe('what a silo and a thread say to each other', () => {
  let runtime: FakeRuntime;
  let threads: PretendedThreads;
  let host: WorkerHost;
  let log: RecordingLogger;

  beforeEach(() => {
    runtime = new FakeRuntime();
    log = new RecordingLogger();
    threads = new PretendedThreads([Gauge], () => undefined);
    host = new WorkerHost({ codec: runtime.codec, log, clock: new SystemClock(), begin: threads.begin, random: Math.random, scratchRoot: () => '/nowhere' }, () => []);
  });
  afterEach(() => host.stop());

  const create = async (isAdded = false): Promise<Hosted> =>
    host.create({ id: runtime.id, metadata, fields: new Map(), runtime, isAdded });
  const run = async (entity: Hosted, method: string, ...args: readonly unknown[]): Promise<unknown> => entity.run(method, args, fakeTurn(runtime.id, method));
  const life = () => [...threads.alive][0]!;

  it('is of one life: what is asked of the next, while the last is being buried, is answered by that', async () => {
    const first = await create();
    let second: Promise<Hosted> | undefined;
    first.watch = { ...nobody, lost: () => void (second = create(true)) };
    life().kill(new Error('on purpose'));
    const answered = await second!;
    expect(await run(answered, 'raise', 2)).to.equal(3);
  });

  it('fails with its life when it was asked before', async () => {
    await create();
    const asked = failure(create(true));
    life().kill(new Error('on purpose'));
    expect((await asked).message).to.equal('gauge: its thread died: on purpose');
  });

  it('says in the log how it died, once, and so do the calls that are refused after it died again and again', async () => {
    const entity = await create();
    life().kill(new Error('on purpose'));
    const [line] = log.lines;
    expect([line!.level, line!.message, (line!.fields as { err: Error }).err.message]).to.deep.equal(['warn', 'the thread of gauge died; it comes back', 'on purpose']);
    for (let again = 0; again < 4; again++) {
      await run(entity, 'raise', 0).catch(() => undefined);
      life().kill(new Error('on purpose'));
    }
    expect((await failure(run(entity, 'raise', 0))).message).to.match(/^gauge is degraded until [^ ]+: its thread died 5 times, last: on purpose; the call did not run$/);
  });

  it('fails the turn whose arguments a port does not take, alone, and keeps the state as it was', async () => {
    const entity = await create();
    await run(entity, 'raise', 4);
    await entity.rollback();
    const outcomes = await Promise.all([failure(run(entity, 'keep', unsendable())), run(entity, 'raise', 1)]);
    expect(outcomes[0]).to.be.instanceOf(NotSerializableError).with.property('path', 'gauge');
    expect(outcomes[1]).to.equal(2);
  });

  it('fails the instance whose arguments a port does not take, and the next turn tries again', async () => {
    let args: readonly unknown[] = [unsendable()];
    runtime.args = () => args;
    expect(await failure(create())).to.be.instanceOf(NotSerializableError);
    args = [];
    const entity = await create();
    args = [unsendable()];
    life().kill(new Error('on purpose'));
    expect((await failure(run(entity, 'raise', 1))).name).to.equal('ActivationFailedError');
    args = [];
    expect(await run(entity, 'raise', 1)).to.equal(2);
  });

  it('fails the call of its code whose answer a port does not take', async () => {
    const entity = await create();
    runtime.answer = unsendable;
    expect(await failure(run(entity, 'ask', 'other', 1))).to.be.instanceOf(NotSerializableError);
    expect(await run(entity, 'raise', 1)).to.equal(2);
  });

  it('fails also on the way from the thread: the turn by its result, and what else is said is logged', () => {
    const codec = createCodec();
    const sent: (readonly unknown[])[] = [];
    const port = { postMessage: (batch: PackedBatch): void => void sent.push(unpackBatch(structuredClone(batch))) };
    const line = new ThreadLine(port as unknown as MessagePort, () => codec, new Int32Array(SHARED_WORDS));
    line.out.write(DONE, 7, 1, unsendable(), { epoch: 3, strays: [1, 3, 0, 0] });
    line.out.write(STAGED, 8, [4, 3, 1, 0, 'field', unsendable()]);
    line.say(1, 'kick', ['client', unsendable()]);
    line.out.flush();
    const said = sent.flat();
    expect([said.slice(0, 3), said[4]]).to.deep.equal([[DONE, 7, 0], { epoch: -1, strays: [1, 3, 0, 0] }]);
    expect(said.slice(5, 7)).to.deep.equal([STAGED, 8]);
    expect(said[7]).to.have.property('epoch', -1);
    expect(said.slice(8, 12)).to.deep.equal([SAY, 0, 1, 'log']);
  });
});

const nobody: HostedWatch = {
  lost: () => undefined, returned: () => undefined, moved: () => undefined, leftOver: () => undefined, unsettled: () => undefined, wake: () => Promise.resolve(), awaitHook: () => () => undefined,
};
