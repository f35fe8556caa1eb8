// Ten thousand malformed frames against the port of links, before and after the handshake: mutations of what honest silos send, at every layer
// (HTTP, WebSocket, Engine.IO, Socket.IO, our messages). An honest link beside must not notice.
import { expect } from 'chai';
import fc from 'fast-check';
import { LINK_PROTOCOL } from '../../protocol/link-protocol.js';
import { introduce } from '../../transport/link-greeting.js';
import { LinkSecrets } from '../../transport/link-secrets.js';
import { SocketFrameNetwork } from '../../transport/socket-frame-network.js';
import { Heard, bytes } from './heard.js';
import { mutated, mutatedMessage } from './mutations.js';
import { RawStranger, SESSION, upgradeRequest, webSocketFrame } from './raw-stranger.js';

const SECRET = 'a secret of the cluster';
/** Fewer than strangers may wait at once: each is judged by what it says. */
const AT_ONCE = 32;
const FRAMES_EACH = 4;

/** What other ends of Socket.IO and Engine.IO say. */
const TEXTS = [
  '40', '40{"sid":"x"}', '40/admin,', '41', '42["f","text"]', '421["f"]', '43[]', '44{"message":"x"}', '450-["f"]', '451-["f",{"_placeholder":true,"num":0}]',
  '461-7[{"_placeholder":true,"num":0}]', '0{"sid":"x"}', '1', '2', '2probe', '3', '3probe', '5', '6', '7', 'b4AAA', '', '42["disconnect"]', '42["connect_error"]',
];
const HELLO = ['hello', LINK_PROTOCOL, 'main', 'a', 'a1', 'b1', 'n'.repeat(43)];
const PROOF = ['proof', 'p'.repeat(43)];

type Words = readonly unknown[];
const binary = (words: Words) => webSocketFrame(0x2, Buffer.from(JSON.stringify(words)));
const textFrame = fc.constantFrom(...TEXTS).map((text) => webSocketFrame(0x1, Buffer.from(text)));
const aFrame = fc.oneof(
  textFrame,
  fc.tuple(fc.constantFrom<Words>(HELLO, PROOF, ['welcome', 'x'], ['refused', 'x']), mutatedMessage).map(([words, change]) => binary(change(words))),
  fc.tuple(fc.oneof(textFrame, fc.constantFrom(binary(HELLO), binary(PROOF), SESSION)), mutated).map(([frame, change]) => change(frame)),
  fc.tuple(fc.nat(15), fc.uint8Array({ maxLength: 300 })).map(([opcode, payload]) => webSocketFrame(opcode, payload)),
);
const someFrames = fc.array(aFrame, { minLength: FRAMES_EACH, maxLength: FRAMES_EACH });

describe('The port of links, among malformed frames', function () {
  this.timeout(60_000);
  const seed = Math.floor(Math.random() * 2 ** 31);
  const ownPeers = new Set<string>();
  let accepted: Heard[];
  let b: SocketFrameNetwork;
  let a: SocketFrameNetwork;
  let honest: Heard;

  beforeEach(async () => {
    accepted = [];
    ownPeers.clear();
    const common = { cluster: 'main', secrets: [SECRET] };
    b = new SocketFrameNetwork({ siloId: 'b', incarnation: 'b1', ...common });
    await b.listen((connection) => {
      const heard = new Heard(connection);
      if (connection.peer.siloId === 'honest') connection.onFrame((frame) => connection.send(frame));
      accepted.push(heard);
    });
    a = new SocketFrameNetwork({ siloId: 'honest', incarnation: 'h1', ...common });
    honest = new Heard(await a.connect(b.address, 'b1'));
    ownPeers.add('honest');
  });
  afterEach(() => Promise.all([a.close(), b.close()]));

  /** Calls `attack` with each case, so many at once; the honest link is used in between. */
  async function against<Case>(cases: readonly Case[], attack: (one: Case) => Promise<void>): Promise<void> {
    for (let at = 0, round = 1; at < cases.length; at += AT_ONCE, round++) {
      await Promise.all(cases.slice(at, at + AT_ONCE).map(attack));
      honest.connection.send(bytes(`round ${round}`));
      expect((await honest.first(round)).at(-1), `seed ${seed}`).to.equal(`round ${round}`);
    }
    const strangers = accepted.filter(({ connection }) => !ownPeers.has(connection.peer.siloId));
    expect(strangers.map(({ connection }) => connection.peer), `seed ${seed}`).to.deep.equal([]);
    expect(honest.closes, `seed ${seed}`).to.deep.equal([]);
  }

  it('refuses mutated requests to open a WebSocket', async () => {
    const changes = fc.sample(mutated, { numRuns: 500, seed });
    await against(changes, async (change) => {
      const stranger = await RawStranger.reach(b.address);
      stranger.bytes(change(upgradeRequest(b.address)));
      await stranger.leave();
    });
  });

  it('refuses 4,000 mutated frames of strangers without a session, and 4,000 with one', async () => {
    for (const hasSession of [false, true]) {
      await against(fc.sample(someFrames, { numRuns: 1000, seed: seed + Number(hasSession) }), async (frames) => {
        const stranger = await RawStranger.reach(b.address);
        stranger.bytes(upgradeRequest(b.address));
        await stranger.said('0');
        if (hasSession) {
          stranger.bytes(SESSION);
          await stranger.said('40');
        }
        stranger.bytes(Buffer.concat(frames));
        await stranger.leave();
      });
    }
  });

  it('takes 3,000 mutated frames of silos that have proven themselves', async () => {
    let count = 0;
    await against(fc.sample(someFrames, { numRuns: 750, seed: seed + 2 }), async (frames) => {
      const siloId = `proven ${count++}`;
      ownPeers.add(siloId);
      const stranger = await RawStranger.open(b.address);
      await introduce(stranger, { peer: { siloId, incarnation: 'p1' }, cluster: 'main', secrets: new LinkSecrets([SECRET]) }, b.address, 'b1');
      stranger.bytes(Buffer.concat(frames));
      await stranger.leave();
    });
    const proven = accepted.filter(({ connection }) => connection.peer.siloId !== 'honest');
    expect(proven).to.have.lengthOf(750);
    await Promise.all(proven.map(({ closed }) => closed));
  });
});
