import { expect } from 'chai';
import { SiloUnavailableError } from '../../protocol/errors/index.js';
import { MemoryNetwork } from '../../transport/memory-network.js';
import type { MemoryFrameNetwork } from '../../transport/memory-frame-network.js';
import { frameNetworkContract } from '../contracts/frame-network.contract.js';
import { FakeClock } from '../state/fake-clock.js';
import { Heard, bytes } from './heard.js';

frameNetworkContract('memory', async () => {
  const clock = new FakeClock();
  const wire = new MemoryNetwork({ clock });
  await wire.silo({ siloId: 'frozen', incarnation: 'f1' }).listen(() => undefined);
  wire.freeze('frozen');
  return {
    open: (siloId, incarnation, options) => wire.silo({ siloId, incarnation, ...options }),
    wayTo: ({ address }) => Promise.resolve(address),
    nowhere: () => Promise.resolve('memory:nowhere'),
    silent: () => Promise.resolve('memory:frozen'),
    stall: () => wire.cut('a', 'b'),
    pass: (ms) => clock.advance(ms),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
});

describe('MemoryNetwork', () => {
  let clock: FakeClock;
  let wire: MemoryNetwork;
  let a: MemoryFrameNetwork;
  let b: MemoryFrameNetwork;
  let accepted: Heard[];
  let chance: number;

  beforeEach(async () => {
    clock = new FakeClock();
    chance = 1;
    wire = new MemoryNetwork({ clock, random: () => chance });
    a = wire.silo({ siloId: 'a', incarnation: 'a1' });
    b = wire.silo({ siloId: 'b', incarnation: () => 'b1' });
    accepted = [];
    await b.listen((connection) => accepted.push(new Heard(connection)));
  });

  /** All that happens without time passing. */
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  async function linked(): Promise<{ near: Heard; far: Heard }> {
    const near = new Heard(await a.connect('memory:b', 'b1'));
    return { near, far: accepted.at(-1)! };
  }

  async function codeOf(connecting: Promise<unknown>): Promise<unknown> {
    const error = await connecting.then(() => undefined, (refused: unknown) => refused);
    expect(error).to.be.instanceOf(SiloUnavailableError);
    return ((error as SiloUnavailableError).cause as { readonly code: string }).code;
  }

  const heard = ({ frames }: Heard) => frames.map((frame) => Buffer.from(frame).toString());

  it('shares no bytes between the ends', async () => {
    const { near, far } = await linked();
    const sent = bytes('abc');
    near.connection.send(sent);
    await far.first(1);
    far.frames[0]![0] = 0;
    expect(sent[0]).to.equal(97);
  });

  it('delays by the clock, and a shorter delay overtakes nothing', async () => {
    const { near, far } = await linked();
    wire.delay('b', 'a', 50);
    near.connection.send(bytes('slow'));
    wire.delay('a', 'b', 10);
    near.connection.send(bytes('fast'));
    await settled();
    clock.advance(49);
    expect(heard(far)).to.deep.equal([]);
    clock.advance(1);
    expect(heard(far)).to.deep.equal(['slow', 'fast']);
  });

  it('connects after the way there and back', async () => {
    wire.delay('a', 'b', 30);
    const connecting = a.connect('memory:b', 'b1');
    clock.advance(59);
    await settled();
    expect(accepted).to.deep.equal([]);
    clock.advance(1);
    await connecting;
    expect(accepted).to.have.lengthOf(1);
  });

  it('keeps what is sent during a cut that heals in time', async () => {
    const { near, far } = await linked();
    wire.cut('a', 'b');
    near.connection.send(bytes('kept'));
    clock.advance(999);
    await settled();
    expect(heard(far)).to.deep.equal([]);
    wire.heal('b');
    clock.advance(10_000);
    await settled();
    expect([heard(far), near.closes, far.closes]).to.deep.equal([['kept'], [], []]);
  });

  it('closes both ends a second after a cut, and times out who connects, until it heals', async () => {
    const { near, far } = await linked();
    wire.cut('b', 'a');
    near.connection.send(bytes('lost'));
    clock.advance(1000);
    await Promise.all([near.closed, far.closed]);
    const late = codeOf(a.connect('memory:b', 'b1'));
    clock.advance(1000);
    expect(await late).to.equal('ETIMEDOUT');
    wire.heal('a', 'b');
    expect(heard(far)).to.deep.equal([]);
    await linked();
    expect(clock.armed, 'timers left').to.equal(0);
  });

  it('cuts an isolated silo off from everybody and nobody else', async () => {
    const { near, far } = await linked();
    const c = new Heard(await wire.silo({ siloId: 'c', incarnation: 'c1' }).connect('memory:b', 'b1'));
    wire.isolate('a');
    clock.advance(1000);
    await Promise.all([near.closed, far.closed]);
    c.connection.send(bytes('hello'));
    expect(await accepted[1]!.first(1)).to.deep.equal(['hello']);
    wire.heal('a');
    await linked();
  });

  it('drops a connection after so many frames: those arrive, none behind them, and a new one can be opened', async () => {
    const { near, far } = await linked();
    wire.drop('a', 'b', 2);
    for (const text of ['one', 'two', 'three']) near.connection.send(bytes(text));
    await Promise.all([near.closed, far.closed]);
    expect(heard(far)).to.deep.equal(['one', 'two']);
    wire.drop('a', 'b');
    await linked();
  });

  it('loses a tail of what is under way when an end closes, as chance has it, never its middle', async () => {
    for (const [luck, arrives] of [[0, []], [0.5, ['one', 'two']], [1, ['one', 'two', 'three']]] as const) {
      const { near, far } = await linked();
      chance = luck;
      for (const text of ['one', 'two', 'three']) near.connection.send(bytes(text));
      near.connection.close('enough');
      await far.closed;
      expect(heard(far), `chance ${luck}`).to.deep.equal(arrives);
    }
  });

  it('kills: what had left arrives, peers close after a second, the dead end says nothing, its address refuses at once', async () => {
    const { near, far } = await linked();
    near.connection.send(bytes('to the dead'));
    far.connection.send(bytes('last words'));
    wire.kill('b');
    far.connection.send(bytes('too late'));
    expect(await near.first(1)).to.deep.equal(['last words']);
    expect(await codeOf(a.connect('memory:b', 'b1'))).to.equal('ECONNREFUSED');
    expect(await codeOf(b.connect('memory:a', 'a1'))).to.equal('ECANCELED');
    clock.advance(999);
    await settled();
    expect(near.closes).to.deep.equal([]);
    clock.advance(1);
    expect(await near.closed).to.match(/silent for 1000 ms/);
    expect([far.frames.length, far.closes.length, near.frames.length]).to.deep.equal([0, 0, 1]);
  });

  it('lets a new incarnation have the address of a killed one, and refuses who expects the old one', async () => {
    wire.kill('b');
    const again = wire.silo({ siloId: 'b', incarnation: 'b2' });
    await again.listen(() => undefined);
    const error: unknown = await a.connect('memory:b', 'b1').catch((refused: unknown) => refused);
    expect(error).to.have.property('message').that.matches(/another incarnation than "b1" is there: "b2"/);
    expect((await a.connect('memory:b', 'b2')).peer).to.deep.equal({ siloId: 'b', incarnation: 'b2' });
  });

  it('freezes for less than a second without a trace', async () => {
    const { near, far } = await linked();
    wire.freeze('b');
    near.connection.send(bytes('in'));
    far.connection.send(bytes('out'));
    clock.advance(900);
    await settled();
    expect([heard(near), heard(far)]).to.deep.equal([[], []]);
    wire.thaw('b');
    expect([await near.first(1), await far.first(1)]).to.deep.equal([['out'], ['in']]);
    clock.advance(10_000);
    await settled();
    expect([near.closes, far.closes]).to.deep.equal([[], []]);
  });

  it('freezes for longer: peers close; the silo that runs again gets what had arrived, then the close, and what it said is lost', async () => {
    const { near, far } = await linked();
    wire.freeze('b');
    near.connection.send(bytes('old'));
    far.connection.send(bytes('zombie'));
    const connecting = codeOf(b.connect('memory:b', 'b1'));
    clock.advance(1000);
    await near.closed;
    expect(far.closes).to.deep.equal([]);
    wire.thaw('b');
    await far.closed;
    expect([heard(near), heard(far)]).to.deep.equal([[], ['old']]);
    expect(await connecting).to.equal('ETIMEDOUT');
    expect(clock.armed, 'timers left').to.equal(0);
  });
});
