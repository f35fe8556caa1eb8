// Who must not get in by the port of links, and what it must not cost. The last bullet of the issue.
import { expect } from 'chai';
import { ConfigurationError, SiloUnavailableError } from '../../protocol/errors/index.js';
import { LINK_PROTOCOL, MAX_LINK_FRAME_BYTES } from '../../protocol/link-protocol.js';
import { introduce, type LinkTalk } from '../../transport/link-greeting.js';
import { LinkSecrets } from '../../transport/link-secrets.js';
import { writeMessage } from '../../transport/link-message.js';
import { SiloPort } from '../../transport/silo-port.js';
import { SocketFrameNetwork, type SocketFrameNetworkOptions } from '../../transport/socket-frame-network.js';
import { SocketClientLink } from '../../sdk/client/socket-client-link.js';
import { Heard, bytes } from './heard.js';
import { record } from './recorder.js';
import { RawStranger, SESSION, upgradeRequest, webSocketFrame } from './raw-stranger.js';

const SECRET = 'a secret of the cluster';

describe('The port of links', () => {
  let networks: SocketFrameNetwork[];
  let accepted: Heard[];
  let b: SocketFrameNetwork;
  beforeEach(async () => {
    networks = [];
    accepted = [];
    b = await listening();
  });
  afterEach(async () => {
    await Promise.all(networks.map((network) => network.close()));
  });

  function open(options: Partial<SocketFrameNetworkOptions> = {}): SocketFrameNetwork {
    const network = new SocketFrameNetwork({ siloId: 'a', incarnation: 'a1', cluster: 'main', secrets: [SECRET], ...options });
    networks.push(network);
    return network;
  }

  async function listening(options: Partial<SocketFrameNetworkOptions> = {}): Promise<SocketFrameNetwork> {
    const network = open({ siloId: 'b', incarnation: 'b1', ...options });
    await network.listen((connection) => accepted.push(new Heard(connection)));
    return network;
  }

  async function refusalOf(connecting: Promise<unknown>): Promise<string> {
    const error = await connecting.then(() => undefined, (refused: unknown) => refused);
    expect(error).to.be.instanceOf(SiloUnavailableError);
    expect(accepted, 'accepted').to.deep.equal([]);
    return (error as Error).message;
  }

  /** The asking end of a link, by hand; `twist` changes what it says. */
  async function ask(twist: (message: unknown[]) => unknown[], self: { siloId?: string; incarnation?: string; secret?: string } = {}): Promise<unknown> {
    const stranger = await RawStranger.open(b.address);
    const talk: LinkTalk = {
      send: (message) => stranger.send(Buffer.from(JSON.stringify(twist(JSON.parse(Buffer.from(message).toString()) as unknown[])))),
      next: () => stranger.next(),
    };
    const { siloId = 'a', incarnation = 'a1', secret = SECRET } = self;
    try {
      return await introduce(talk, { peer: { siloId, incarnation }, cluster: 'main', secrets: new LinkSecrets([secret]) }, b.address, 'b1');
    } finally {
      await stranger.leave();
    }
  }

  describe('secrets', () => {
    it('refuses a silo without a secret, and one with another', async () => {
      expect(await refusalOf(open({ secrets: [] }).connect(b.address, 'b1'))).to.match(/did not prove that it has a secret of the cluster/);
      expect(await refusalOf(open({ secrets: ['guessed'] }).connect(b.address, 'b1'))).to.match(/did not prove that it has a secret of the cluster/);
    });

    it('does not link a silo with a secret to one without', async () => {
      const bare = await listening({ secrets: [] });
      expect(await refusalOf(open().connect(bare.address, 'b1'))).to.match(/did not prove/);
    });

    it('accepts an old secret while it is listed, and refuses it afterwards', async () => {
      const both = await listening({ secrets: ['new', SECRET] });
      expect((await open().connect(both.address, 'b1')).peer.siloId).to.equal('b');
      accepted = [];
      const after = await listening({ secrets: ['new'] });
      expect(await refusalOf(open().connect(after.address, 'b1'))).to.match(/did not prove/);
      expect((await open({ secrets: ['new', SECRET] }).connect(after.address, 'b1')).peer.siloId).to.equal('b');
    });

    it('does not link to a port that cannot prove that it has the secret', async () => {
      const impostor = new SiloPort('127.0.0.1', 0, ({ line }) => {
        void (async () => {
          await line.next();
          line.send(writeMessage('challenge', 'b', 'b1', 'x'.repeat(43)));
          await line.next();
          line.send(writeMessage('welcome', 'y'.repeat(43)));
        })();
      });
      const address = `ws://127.0.0.1:${await impostor.open(false)}`;
      expect(await refusalOf(open().connect(address, 'b1'))).to.match(/it did not prove that it has a secret/);
      await impostor.close();
    });

    it('does not take the proof of one end for that of the other', async () => {
      // Both ends of the same conversation are played by one who only repeats what the honest end said.
      const mirror = new SiloPort('127.0.0.1', 0, ({ line }) => {
        void (async () => {
          await line.next();
          line.send(writeMessage('challenge', 'a', 'a1', 'x'.repeat(43)));
          const [, proof] = JSON.parse(Buffer.from(await line.next()).toString()) as [string, string];
          line.send(writeMessage('welcome', proof));
        })();
      });
      const address = `ws://127.0.0.1:${await mirror.open(false)}`;
      expect(await refusalOf(open().connect(address, 'a1'))).to.match(/it did not prove that it has a secret/);
      await mirror.close();
    });

    it('without a secret, listens and links on this machine only; an empty one is refused', async () => {
      const bare = await listening({ secrets: [] });
      expect((await open({ secrets: [] }).connect(bare.address, 'b1')).peer.siloId).to.equal('b');
      accepted = [];
      expect(await open({ secrets: [], host: '0.0.0.0' }).listen(() => undefined).catch((error: unknown) => error)).to.be.instanceOf(ConfigurationError);
      expect(await refusalOf(open({ secrets: [] }).connect('ws://192.0.2.1:1', 'b1'))).to.match(/without a secret of the cluster/);
      expect(() => open({ secrets: [''] })).to.throw(ConfigurationError, /secret of the cluster is empty/);
    });
  });

  describe('claims', () => {
    it('accepts the honest conversation that the next ones twist', async () => {
      expect(await ask((message) => message)).to.deep.equal({ siloId: 'b', incarnation: 'b1' });
      expect(accepted).to.have.lengthOf(1);
    });

    it('refuses a proof for another incarnation, or another silo, than the one claimed', async () => {
      for (const at of [3, 4]) {
        expect(await refusalOf(ask((message) => (message[0] === 'hello' ? message.with(at, 'forged') : message)))).to.match(/did not prove/);
      }
    });

    it('refuses an older and a newer version of the protocol, and says which is which', async () => {
      const speak = (version: number) => ask((message) => (message[0] === 'hello' ? ['hello', version, { of: 'another shape' }] : message));
      expect(await refusalOf(speak(LINK_PROTOCOL - 1))).to.match(/speaks an older link protocol \(version 2\) than the other one \(version 3\)/);
      expect(await refusalOf(speak(LINK_PROTOCOL + 1))).to.match(/speaks a newer link protocol \(version 4\) than the other one \(version 3\)/);
    });

    it('refuses a silo that expects a dead incarnation, or is of another cluster', async () => {
      expect(await refusalOf(open().connect(b.address, 'b0'))).to.match(/another incarnation than "b0"/);
      expect(await refusalOf(open({ cluster: 'other' }).connect(b.address, 'b1'))).to.match(/another cluster than "other"/);
    });
  });

  describe('strangers', () => {
    it('refuses a recorded handshake that is played again, at once and step by step', async () => {
      const said: Buffer[] = [];
      const recorder = await record(b.address, said);
      await open().connect(recorder.address, 'b1');
      recorder.stop();
      expect(accepted).to.have.lengthOf(1);
      const atOnce = await RawStranger.reach(b.address);
      atOnce.bytes(Buffer.concat(said));
      await atOnce.leave();
      expect(atOnce.heard.join()).to.not.include('welcome');
      const steps = await RawStranger.reach(b.address);
      const [upgrade, session, hello, proof] = said as [Buffer, Buffer, Buffer, Buffer];
      steps.bytes(upgrade);
      await steps.said('0');
      steps.bytes(session);
      await steps.said('40');
      steps.bytes(hello);
      expect((await steps.next()).toString()).to.match(/challenge/);
      steps.bytes(proof);
      expect((await steps.next()).toString()).to.match(/refused.*did not prove/);
      await steps.leave();
      expect(accepted).to.have.lengthOf(1);
    });

    it('turns a client of the gateway away, with its token', async () => {
      const link = new SocketClientLink({ gateways: { current: b.address.replace('ws:', 'http:'), next: () => undefined }, credentials: () => Promise.resolve({ token: 'of a player' }) });
      const lost = await new Promise<string>((resolve) => link.open({ onOpen: () => resolve('open'), onFrame: () => resolve('frame'), onClose: resolve }));
      link.close();
      expect(lost).to.equal('lost');
      const raw = await RawStranger.reach(b.address);
      raw.bytes(upgradeRequest(b.address));
      await raw.said('0');
      raw.bytes(webSocketFrame(0x1, Buffer.from('40{"token":"of a player"}')));
      await raw.closed;
      expect([raw.heard, accepted]).to.deep.equal([[], []]);
    });

    it('refuses pages: any Origin, and any request that opens no WebSocket', async () => {
      const page = await RawStranger.reach(b.address);
      page.bytes(upgradeRequest(b.address, { Origin: new URL(b.address).origin }));
      await page.closed;
      expect(page.answer).to.match(/^HTTP\/1.1 400/);
      const http = b.address.replace('ws:', 'http:');
      for (const [path, status] of [['/', 404], ['/troupe/silo/socket.io.js', 400], ['/troupe/silo/?EIO=4&transport=polling', 400]] as const) {
        const response = await fetch(http + path);
        await response.text();
        expect(response.status, path).to.equal(status);
        expect(response.headers.get('access-control-allow-origin'), path).to.equal(null);
      }
    });

    it('throws out who says much before it has proven anything', async () => {
      const long = await RawStranger.open(b.address);
      long.send(Buffer.alloc(MAX_LINK_FRAME_BYTES));
      await long.closed;
      expect(long.heard, 'thrown out before the frame was whole').to.deep.equal([]);
      const many = await RawStranger.open(b.address);
      for (let at = 0; at < 100; at++) many.send(Buffer.from('[]'.repeat(100)));
      await many.closed;
      expect(accepted).to.deep.equal([]);
    });

    it('makes one line of a connection that asks for many', async () => {
      const lines: unknown[] = [];
      const port = new SiloPort('127.0.0.1', 0, ({ line }) => lines.push(line));
      const address = `ws://127.0.0.1:${await port.open(false)}`;
      const many = await RawStranger.reach(address);
      many.bytes(upgradeRequest(address));
      await many.said('0');
      many.bytes(Buffer.concat(Array.from({ length: 50 }, () => SESSION)));
      await many.closed;
      expect(lines.length).to.be.at.most(1);
      await port.close();
    });

    it('ends the connection of a proven silo whose frame is longer than allowed', async () => {
      const stranger = await RawStranger.open(b.address);
      await introduce(stranger, { peer: { siloId: 'a', incarnation: 'a1' }, cluster: 'main', secrets: new LinkSecrets([SECRET]) }, b.address, 'b1');
      stranger.send(Buffer.alloc(MAX_LINK_FRAME_BYTES + 1));
      await stranger.closed;
      expect(await accepted[0]!.closed).to.be.a('string');
      expect(accepted[0]!.frames).to.deep.equal([]);
      const near = await open().connect(b.address, 'b1');
      expect(() => near.send(new Uint8Array(MAX_LINK_FRAME_BYTES + 1))).to.throw(/a link takes at most/);
      near.send(bytes('goes on'));
      expect(await accepted[1]!.first(1)).to.deep.equal(['goes on']);
    });
  });
});
