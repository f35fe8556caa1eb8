import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { isOriginAllowed } from '../../transport/origin.js';
import { SocketClientListener } from '../../transport/socket-client-listener.js';

const LISTED = ['https://game.example', 'http://localhost:5173', 'https://app.example:8443', 'http://127.0.0.1:5173', 'http://[::1]:5173', 'https://xn--bcher-kva.example'];
const HOST = 'play.example:3000';

/** What a browser's page (or something that plays one) says it is, and whether it may connect to `HOST` when `LISTED` is allowed. */
const ORIGINS: readonly (readonly [origin: string, isAllowed: boolean])[] = [
  ['https://game.example', true],
  ['http://localhost:5173', true],
  ['https://app.example:8443', true],
  ['HTTPS://GAME.EXAMPLE', true],
  ['http://play.example:3000', true],
  ['https://play.example:3000', true],
  ['http://PLAY.example:3000', true],
  // The loopback addresses that are listed, and the host of another alphabet as browsers spell it.
  ['http://127.0.0.1:5173', true],
  ['http://[::1]:5173', true],
  ['https://xn--bcher-kva.example', true],
  // Other spellings of addresses: no browser sends them.
  ['http://2130706433:5173', false],
  ['http://0x7f000001:5173', false],
  ['http://0177.0.0.1:5173', false],
  ['http://127.1:5173', false],
  ['http://127.0.0.2:5173', false],
  ['http://[0:0:0:0:0:0:0:1]:5173', false],
  ['http://[::0001]:5173', false],
  ['http://[::ffff:127.0.0.1]:5173', false],
  ['http://[::1%25eth0]:5173', false],
  ['http://[::1]', false],
  ['https://b\u00fccher.example', false],
  ['https://xn--bcher-kva.example.evil.example', false],
  // Other schemes, also with a host that may.
  ['ws://game.example', false],
  ['wss://game.example', false],
  ['ws://play.example:3000', false],
  ['ftp://play.example:3000', false],
  ['data:text/html,https://game.example', false],
  ['blob:https://game.example/3f1c', false],
  ['filesystem:https://game.example/temporary/a', false],
  ['about:blank', false],
  ['view-source:https://game.example', false],
  ['https:game.example', false],
  ['https:///game.example', false],
  ['https:\\\\game.example', false],
  ['//game.example', false],
  // Spellings that a parser would forgive.
  ['https://game.example:0443', false],
  ['https://game.example:', false],
  ['https://game.example?', false],
  ['https://game.example#', false],
  ['https://:@game.example', false],
  ['https://game%2eexample', false],
  ['https://game.example .evil.example', false],
  ['https:// game.example', false],
  ['https://user:secret@game.example', false],
  ['http://localhost:5173@evil.example', false],
  ['http://play.example:03000', false],
  ['http://play.example:3000.', false],
  ['http://play.example.:3000', false],
  ['http://play.example:3000/socket.io', false],
  ['http://game.example:80', false],
  ['http://game.example:443', false],
  [`https://${'a'.repeat(8000)}.example`, false],
  ['http://game.example', false],
  ['https://game.example:8443', false],
  ['https://game.example.evil.example', false],
  ['https://evil-game.example', false],
  ['https://sub.game.example', false],
  ['https://game.example@evil.example', false],
  ['https://evil.example/https://game.example', false],
  ['https://evil.example?https://game.example', false],
  ['https://evil.example#https://game.example', false],
  ['https://game.example/', false],
  ['https://game.example:443', false],
  ['https://game.example.', false],
  ['http://localhost', false],
  ['http://localhost:51730', false],
  ['https://app.example', false],
  ['http://play.example', false],
  ['http://play.example:3001', false],
  ['http://xplay.example:3000', false],
  ['null', false],
  ['file://', false],
  ['chrome-extension://play.example:3000', false],
  ['javascript:alert(1)', false],
  ['*', false],
  ['', false],
  ['game.example', false],
  ['https://game.example, https://evil.example', false],
  ['https://g\u0430me.example', false],
];

function shown(origin: string): string {
  return JSON.stringify(origin.length > 80 ? `${origin.slice(0, 80)}…` : origin);
}

describe('origins', () => {
  it('that are tried are 75 and more, no two the same', () => {
    expect(ORIGINS).to.have.length.above(75);
    expect(new Set(ORIGINS.map(([origin]) => origin))).to.have.length(ORIGINS.length);
  });

  for (const [origin, isAllowed] of ORIGINS) {
    it(`${isAllowed ? 'lets' : 'does not let'} ${shown(origin)} in`, () => {
      expect(isOriginAllowed({ origin, host: HOST }, LISTED)).to.equal(isAllowed);
    });
  }

  it('lets in what is no page of a browser, and with * every page', () => {
    expect(isOriginAllowed({ host: HOST }, [])).to.equal(true);
    for (const [origin] of ORIGINS) expect(isOriginAllowed({ origin, host: HOST }, '*'), origin).to.equal(true);
  });

  it('lets in nobody else when nothing is listed', () => {
    expect(isOriginAllowed({ origin: 'https://game.example', host: HOST }, [])).to.equal(false);
    expect(isOriginAllowed({ origin: 'https://game.example' }, [])).to.equal(false);
    expect(isOriginAllowed({ origin: 'http://play.example:3000', host: HOST }, [])).to.equal(true);
  });

  it('takes a listed origin that is no URL for nobody', () => {
    expect(isOriginAllowed({ origin: 'null', host: HOST }, ['null', 'game.example'])).to.equal(false);
  });
});

describe('origins, asked over HTTP', () => {
  let http: Server;
  let listener: SocketClientListener;
  let port: number;

  before(async () => {
    http = createServer();
    listener = new SocketClientListener(http, { origins: LISTED, maxFrameBytes: 1000, packets: { perSecond: 1000, burst: 1000 } });
    await listener.start(() => Promise.reject(new Error('nobody is admitted here')));
    await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
    ({ port } = http.address() as AddressInfo);
  });
  after(async () => {
    await listener.stop();
    http.closeAllConnections();
    await new Promise<void>((resolve) => void http.close(() => resolve()));
  });

  interface Answer {
    readonly status: number;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }

  const ask = (origin: string | undefined, query: string, { upgrade = false, method = 'GET', body = '' } = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const upgradeHeaders = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };
      const asked = request({
        port, host: '127.0.0.1', path: `/socket.io/?EIO=4&${query}`, method, agent: false,
        headers: { host: HOST, ...(origin === undefined ? {} : { origin }), ...(upgrade ? upgradeHeaders : {}) },
      });
      asked.on('error', reject);
      asked.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve({ status: response.statusCode!, headers: response.headers, body: '' });
      });
      asked.on('response', (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
      });
      asked.end(body);
    });

  // Header values are Latin-1 on the wire; look-alikes of other scripts cannot be sent.
  const sendable = ORIGINS.filter(([origin]) => /^[\x20-\x7e]*$/.test(origin));
  for (const [origin, isAllowed] of sendable) {
    it(`${isAllowed ? 'opens' : 'refuses'} polling and websockets for ${shown(origin)}`, async () => {
      const polling = await ask(origin, 'transport=polling');
      const websocket = await ask(origin, 'transport=websocket', { upgrade: true });
      // Engine.IO refuses every upgrade with 400.
      expect([polling.status, websocket.status]).to.deep.equal(isAllowed ? [200, 101] : [403, 400]);
      expect(polling.headers['access-control-allow-origin']).to.equal(isAllowed ? origin : undefined);
    });
  }

  /** Header lines as they are, over TCP: what no HTTP client sends. */
  const askRaw = (lines: string, upgrade: boolean): Promise<number> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.on('error', reject);
      socket.once('data', (answer) => {
        socket.destroy();
        resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(answer.toString('latin1'))?.[1]));
      });
      const transport = upgrade
        ? 'websocket HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
        : 'polling HTTP/1.1\r\nConnection: close\r\n';
      socket.write(`GET /socket.io/?EIO=4&transport=${transport}Host: ${HOST}\r\n${lines}\r\n\r\n`, 'latin1');
    });

  const RAW: Readonly<Record<string, readonly [lines: string, polling: number, websocket: number]>> = {
    'two origins, the listed one first': [`Origin: ${LISTED[0]}\r\nOrigin: https://evil.example`, 403, 400],
    'two origins, the listed one last': [`Origin: https://evil.example\r\nOrigin: ${LISTED[0]}`, 403, 400],
    'the same origin twice': [`Origin: ${LISTED[0]}\r\nORIGIN: ${LISTED[0]}`, 403, 400],
    'a host of its own beside an origin that is not': [`Origin: http://evil.example\r\nX-Forwarded-Host: evil.example`, 403, 400],
    // Node reads the first Host only.
    'a second host that fits its origin': ['Host: evil.example\r\nOrigin: http://evil.example', 403, 400],
    'an origin that goes on in the next line': [`Origin: ${LISTED[0]}\r\n .evil.example`, 400, 400],
    'an origin with a bare line feed': [`Origin: ${LISTED[0]}\nX: 1`, 400, 400],
    'an origin with a bare carriage return': [`Origin: ${LISTED[0]}\rX: 1`, 400, 400],
    'an origin with a NUL': [`Origin: ${LISTED[0]}\0.evil.example`, 400, 400],
    'an origin in bytes that are no ASCII': ['Origin: https://b\xfccher.example', 403, 400],
    'an origin of 100 kB': [`Origin: https://${'a'.repeat(100_000)}`, 431, 431],
    'a listed origin among spaces, which belong to no header': [`Origin: \t ${LISTED[0]} \t`, 200, 101],
  };
  for (const [what, [lines, polling, websocket]] of Object.entries(RAW)) {
    it(`${polling === 200 ? 'opens' : 'refuses'} polling and websockets for ${what}`, async () => {
      expect([await askRaw(lines, false), await askRaw(lines, true)]).to.deep.equal([polling, websocket]);
    });
  }

  it('opens both for what is no page of a browser', async () => {
    expect((await ask(undefined, 'transport=polling')).status).to.equal(200);
    expect((await ask(undefined, 'transport=websocket', { upgrade: true })).status).to.equal(101);
  });

  it("does not let another page into a connection that exists, though it knows the connection's id", async () => {
    const opened = await ask(LISTED[0], 'transport=polling');
    const { sid } = JSON.parse(opened.body.slice(1)) as { sid: string };
    for (const evil of ['https://evil.example', 'null']) {
      expect((await ask(evil, `transport=polling&sid=${sid}`)).status, 'read').to.equal(400);
      expect((await ask(evil, `transport=polling&sid=${sid}`, { method: 'POST', body: '40' })).status, 'write').to.equal(400);
      expect((await ask(evil, `transport=websocket&sid=${sid}`, { upgrade: true })).status, 'upgrade').to.equal(400);
    }
    expect((await ask(LISTED[0], `transport=polling&sid=${sid}`, { method: 'POST', body: '40' })).status, 'its own page').to.equal(200);
  });

  it('answers the preflight of listed pages only', async () => {
    expect((await ask(LISTED[0], 'transport=polling', { method: 'OPTIONS' })).headers['access-control-allow-origin']).to.equal(LISTED[0]);
    expect((await ask('https://evil.example', 'transport=polling', { method: 'OPTIONS' })).headers['access-control-allow-origin']).to.equal(undefined);
  });
});
