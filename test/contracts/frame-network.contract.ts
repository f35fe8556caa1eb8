// What every FrameNetwork promises (protocol/ports/frame-network.ts). Run on Socket.IO and in memory.
import { expect } from 'chai';
import { ConfigurationError, PayloadTooLargeError, SiloUnavailableError } from '../../protocol/errors/index.js';
import { MAX_LINK_FRAME_BYTES } from '../../protocol/link-protocol.js';
import type { FrameNetwork } from '../../protocol/ports/frame-network.js';
import { phase } from '../state/phase.js';
import { Heard, bytes } from '../transport/heard.js';

/** Where the contract is tried. */
export interface NetworkUnderTest extends AsyncDisposable {
  /** A silo's network; `address` to have the one of another, `cluster` to be of another one. */
  open(siloId: string, incarnation: string, options?: { readonly address?: string; readonly cluster?: string }): FrameNetwork;
  /** The way to a network that listens, on which `stall` works. */
  wayTo(network: FrameNetwork): Promise<string>;
  /** An address where nobody listens. */
  nowhere(): Promise<string>;
  /** An address that takes connections and never says anything. */
  silent(): Promise<string>;
  /** Nothing passes any more on the ways there are. */
  stall(): void;
  /** Lets so much time pass, when it does not pass by itself. */
  pass(ms: number): void;
}

const MIB = 1_048_576;

/** Runs the whole suite; `makeNetwork` makes an empty one for each test. */
export function frameNetworkContract(name: string, makeNetwork: () => Promise<NetworkUnderTest>): void {
  describe(`FrameNetwork: ${name}`, () => {
    let under: NetworkUnderTest;
    let opened: FrameNetwork[];
    beforeEach(async () => {
      under = await makeNetwork();
      opened = [];
    });
    afterEach(async () => {
      await Promise.all(opened.map((network) => network.close()));
      await under[Symbol.asyncDispose]();
    });

    const open: NetworkUnderTest['open'] = (...options) => {
      const network = under.open(...options);
      opened.push(network);
      return network;
    };

    /** `b` listens and keeps what it accepts; `later`: without listeners. */
    async function listening(later = false): Promise<{ b: FrameNetwork; accepted: Heard[]; way: string }> {
      const b = open('b', 'b1');
      const accepted: Heard[] = [];
      await b.listen((connection) => accepted.push(new Heard(connection, later)));
      return { b, accepted, way: await under.wayTo(b) };
    }

    async function linked(later = false): Promise<{ a: FrameNetwork; b: FrameNetwork; near: Heard; far: Heard; accepted: readonly Heard[] }> {
      const { b, accepted, way } = await listening(later);
      const a = open('a', 'a1');
      const near = new Heard(await a.connect(way, 'b1'), later);
      await phase('the far end is accepted', () => accepted.length === 1);
      return { a, b, near, far: accepted[0]!, accepted };
    }

    async function refusal(connecting: Promise<unknown>): Promise<SiloUnavailableError> {
      const error = await connecting.then(() => undefined, (refused: unknown) => refused);
      expect(error).to.be.instanceOf(SiloUnavailableError);
      return error as SiloUnavailableError;
    }

    it('tells each end who is at the other', async () => {
      const { near, far } = await linked();
      expect(near.connection.peer).to.deep.equal({ siloId: 'b', incarnation: 'b1' });
      expect(far.connection.peer).to.deep.equal({ siloId: 'a', incarnation: 'a1' });
    });

    it('carries frames in order, whole, in both directions at once', async () => {
      const { near, far } = await linked();
      const sent = Array.from({ length: 1000 }, (_, at) => `${at}:${'x'.repeat((at * 37) % 2000)}`);
      for (const text of sent) {
        near.connection.send(bytes(text));
        far.connection.send(bytes(`back ${text}`));
      }
      expect(await far.first(1000)).to.deep.equal(sent);
      expect(await near.first(1000)).to.deep.equal(sent.map((text) => `back ${text}`));
    });

    it('carries a frame of 1 MiB, an empty one, and the part of a buffer that the frame is', async () => {
      const { near, far } = await linked();
      const big = new Uint8Array(MIB).map((_, at) => at % 251);
      near.connection.send(big);
      near.connection.send(new Uint8Array(0));
      near.connection.send(bytes('not this, only that part').subarray(10, 19));
      const [, empty, part] = await far.first(3);
      expect(Buffer.compare(far.frames[0]!, big)).to.equal(0);
      expect([empty, part]).to.deep.equal(['', 'only that']);
    });

    it('takes no frame that is longer than the limit', async () => {
      const { near, far } = await linked();
      expect(() => near.connection.send(new Uint8Array(MAX_LINK_FRAME_BYTES + 1))).to.throw(PayloadTooLargeError);
      near.connection.send(new Uint8Array(MAX_LINK_FRAME_BYTES));
      await far.first(1);
    });

    it('keeps the frames that come before there is a listener', async () => {
      const { near, far } = await linked(true);
      for (const text of ['one', 'two']) near.connection.send(bytes(text));
      far.connection.send(bytes('echo'));
      near.listen();
      await near.first(1);
      far.listen();
      near.connection.send(bytes('three'));
      expect(await far.first(3)).to.deep.equal(['one', 'two', 'three']);
    });

    for (const side of ['that opened it', 'that accepted it']) {
      it(`tells both ends once when the silo ${side} closes, and drops what is sent afterwards`, async () => {
        const { near, far } = await linked();
        const [closer, other] = side === 'that opened it' ? [near, far] : [far, near];
        closer.connection.close('enough');
        closer.connection.close('twice');
        expect(closer.closes, 'not inside close()').to.deep.equal([]);
        expect(await closer.closed).to.equal('enough');
        expect(await other.closed).to.be.a('string').and.not.empty;
        for (const { connection } of [closer, other]) connection.send(bytes('too late'));
        other.connection.close('also');
        await Promise.resolve();
        expect([closer.closes.length, other.closes.length, closer.frames.length, other.frames.length]).to.deep.equal([1, 1, 0, 0]);
      });
    }

    it('tells of a close also who asks after it', async () => {
      const { near, far } = await linked(true);
      far.connection.close('enough');
      far.listen();
      expect(await far.closed).to.equal('enough');
      near.listen();
      expect(await near.closed).to.be.a('string').and.not.empty;
    });

    it('refuses to connect where nobody listens, with the code of the system', async () => {
      const error = await refusal(open('a', 'a1').connect(await under.nowhere(), 'b1'));
      expect(error.cause).to.have.property('code', 'ECONNREFUSED');
    });

    it('gives up on an address that takes connections and says nothing', async () => {
      const silent = await under.silent();
      const connecting = refusal(open('a', 'a1').connect(silent, 'b1'));
      under.pass(3000);
      expect((await connecting).cause).to.have.property('code', 'ETIMEDOUT');
    });

    it('refuses to connect to another incarnation than expected, and says which one is there', async () => {
      const { accepted, way } = await listening();
      const error = await refusal(open('a', 'a1').connect(way, 'b0'));
      expect(error.message).to.match(/another incarnation than "b0" is there: "b1"/);
      expect(accepted).to.deep.equal([]);
    });

    it('refuses to connect to another cluster', async () => {
      const { accepted, way } = await listening();
      const error = await refusal(open('a', 'a1', { cluster: 'other' }).connect(way, 'b1'));
      expect(error.message).to.match(/another cluster than "other"/);
      expect(accepted).to.deep.equal([]);
    });

    it('says that an address is taken', async () => {
      const { b } = await listening();
      const error: unknown = await open('c', 'c1', { address: b.address }).listen(() => undefined).then(() => undefined, (refused: unknown) => refused);
      expect(error).to.be.instanceOf(ConfigurationError).with.property('message').that.includes('in use');
    });

    it('closes its connections with the network, at both ends, and neither accepts nor connects afterwards', async () => {
      const { a, b, near, far } = await linked();
      const way = await under.wayTo(b);
      await b.close();
      await b.close();
      expect(await far.closed).to.be.a('string');
      expect(await near.closed).to.be.a('string');
      await refusal(a.connect(way, 'b1'));
      await refusal(b.connect(way, 'b1'));
    });

    it('closes a connection at both ends within about a second when nothing passes; meanwhile what is sent counts as buffered', async () => {
      const { near, far } = await linked();
      near.connection.send(bytes('passes'));
      await far.first(1);
      under.stall();
      const stalledAt = performance.now();
      for (let at = 0; at < 40; at++) near.connection.send(new Uint8Array(MIB));
      await phase('much is buffered', () => near.connection.bufferedBytes > 8 * MIB);
      under.pass(1000);
      for (const end of [near, far]) expect(await end.closed).to.be.a('string');
      expect(performance.now() - stalledAt).to.be.below(4000);
      expect(far.frames.length).to.equal(1);
    });

    it('lets one connection close without the others', async () => {
      const { b, near, far, accepted } = await linked();
      const c = open('c', 'c1');
      const other = new Heard(await c.connect(await under.wayTo(b), 'b1'));
      await phase('the far end is accepted', () => accepted.length === 2);
      near.connection.close('enough');
      await far.closed;
      other.connection.send(bytes('still here'));
      expect(await accepted[1]!.first(1)).to.deep.equal(['still here']);
    });
  });
}
