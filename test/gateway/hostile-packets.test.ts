// What is wrong below the gateway's frames, over real sockets; bench/client-port has the long form, with loads and times.
import { expect } from 'chai';
import { connect, type Client } from '../../sdk/client/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { RawWebSocket, webSocketFrame } from './raw-web-socket.js';
import { Arena, Hero } from './heroes.js';

const placeholders = (count: number): string => Array.from({ length: count }, (_, num) => `{"_placeholder":true,"num":${num}}`).join();
const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const keys = (count: number): string => `{${Array.from({ length: count }, (_, i) => `"${i.toString(36)}":1`).join()}}`;

describe('a client that sends packets of its own making', () => {
  let silo: Silo;
  let friend: Client;
  before(async () => {
    silo = await startSilo({ modules: [Hero, Arena], log: 'silent', gateway: { port: 0, authenticate: ({ token }) => ({ id: token! }) } });
    friend = await connect({ address: silo.gatewayAddress!, token: 'friend' });
  });
  afterEach(async () => {
    expect(await friend.actor<Arena>('arena', 'a').score(), 'other clients').to.equal(7);
  });
  after(async () => {
    await friend.close();
    await silo.stop();
  });

  const ENDING: Readonly<Record<string, readonly (string | Uint8Array)[]>> = {
    // As arguments of a listener, a million numbers are more than a stack holds: Socket.IO threw where nobody could catch it.
    'an event of a million numbers': [`42["x"${',1'.repeat(500_000)}]`],
    'an event 490,000 deep': [`42["x",${deep(490_000)}]`],
    'an event of 50,000 keys': [`42["x",${keys(50_000)}]`],
    'an event with an id of a million digits': [`42${'1'.repeat(1_000_000)}["x"]`],
    'a binary event 400,000 deep': [`451-["f",${'['.repeat(400_000)}${placeholders(1)}${']'.repeat(400_000)}]`, new Uint8Array(8)],
    '2 attachments': [`452-["f",${placeholders(2)}]`, new Uint8Array(8), new Uint8Array(8)],
    '11 attachments': [`4511-["f",${placeholders(11)}]`],
    'a thousand million attachments': [`451000000000-["f",${placeholders(1)}]`],
    'an attachment that nobody announced': [new Uint8Array(8)],
    'text in place of an attachment': [`451-["f",${placeholders(1)}]`, '42["x"]'],
    'a second handshake': ['40{"token":"other"}'],
    'more words that nobody knows than a habit explains': Array<string>(101).fill('42["x"]'),
    'more namespaces than a habit explains': Array<string>(101).fill('40/nobody,'),
    'more pings of WebSocket than packets are allowed': Array<Buffer>(25).fill(Buffer.concat(Array<Buffer>(1000).fill(webSocketFrame(0x9, Buffer.alloc(0))))),
    'a frame of 2^62 bytes': [Buffer.from([0x82, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
  };
  for (const [what, packets] of Object.entries(ENDING)) {
    it(`is disconnected for ${what}`, async () => {
      const raw = await RawWebSocket.open(silo.gatewayAddress!, { token: 'stranger' });
      for (const packet of packets) {
        if (typeof packet === 'string') raw.text(packet);
        else if (packet instanceof Buffer) raw.bytes(packet);
        else raw.binary(packet);
      }
      expect(await raw.closed).to.equal(true);
    });
  }

  const REFUSED: Readonly<Record<string, readonly [handshake: string, problem: string]>> = {
    'a token of a megabyte': [`{"token":"${'x'.repeat(1_000_000)}"}`, 'the handshake is too long'],
    'a token 490,000 deep': [`{"token":${deep(490_000)}}`, 'the handshake is too long'],
    'a handshake of 50,000 keys': [keys(50_000), 'the handshake is too long'],
    'a token of 9 kB': [`{"token":"${'x'.repeat(9000)}"}`, 'the token is too long'],
    'a number for a token': ['{"token":7}', 'token: expected a string, got number'],
    'a list for a token': ['{"token":["friend"]}', 'token: expected a string, got an array'],
    'an object for a token': ['{"token":{"toString":"friend"}}', 'token: expected a string, got object'],
    'true for a token': ['{"token":true}', 'token: expected a string, got boolean'],
    'an empty token': ['{"token":""}', 'gateway.authenticate did not return an identity: identity.id: expected a non-empty string'],
    'no token': ['{}', 'gateway.authenticate did not return an identity: identity.id: expected a string, got undefined'],
    'null for a token': ['{"token":null}', 'gateway.authenticate did not return an identity: identity.id: expected a string, got undefined'],
    'half a surrogate pair for a token': ['{"token":"\\ud800"}', 'gateway.authenticate did not return an identity: identity.id: holds half of a surrogate pair'],
    'a token of 2 kB that becomes an id': [`{"token":"${'x'.repeat(2000)}"}`, 'gateway.authenticate did not return an identity: identity.id: longer than 1024 bytes'],
  };
  for (const [what, [handshake, problem]] of Object.entries(REFUSED)) {
    it(`is refused, with the reason, for ${what}`, async () => {
      const raw = await RawWebSocket.knock(silo.gatewayAddress!);
      raw.text(`40${handshake}`);
      await raw.until(() => raw.texts.some((text) => text.startsWith('44')), 'a refusal');
      const refusal = raw.texts.find((text) => text.startsWith('44'))!;
      expect(JSON.parse(refusal.slice(2))).to.deep.equal({ message: 'refused', data: { code: 'ERR_UNAUTHENTICATED', message: problem } });
      raw.destroy();
    });
  }

  it('is disconnected for more packets in one poll than an honest client collects, before they are worked off', async () => {
    const url = `${silo.gatewayAddress}/socket.io/?EIO=4&transport=polling`;
    for (const packet of ['3', '42["x"]', '']) {
      const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1)) as { readonly sid: string };
      await fetch(`${url}&sid=${sid}`, { method: 'POST', body: Array<string>(100_000).fill(packet).join('\x1e') }).then((answer) => answer.text());
      expect((await fetch(`${url}&sid=${sid}`, { method: 'POST', body: '3' })).status, packet).to.equal(400);
    }
  });

  it('gets no answers to pings of WebSocket, which would pile up unread', async () => {
    const raw = await RawWebSocket.open(silo.gatewayAddress!, { token: 'pinger' });
    const before = raw.bytesHeard;
    for (let i = 0; i < 100; i++) raw.bytes(webSocketFrame(0x9, Buffer.alloc(125)));
    raw.text('40/nobody,');
    await raw.until(() => raw.texts.some((text) => text.startsWith('44/nobody')), 'an answer behind the pings');
    expect(raw.bytesHeard - before).to.be.below(125 * 10);
    raw.destroy();
  });
});
