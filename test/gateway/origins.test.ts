import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { isOriginAllowed } from '../../transport/origin.js';
import { SocketClientListener } from '../../transport/socket-client-listener.js';

const LISTED = ['https://game.example', 'http://localhost:5173', 'https://app.example:8443'];
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
  ['http://127.0.0.1:5173', false],
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

describe('origins', () => {
  for (const [origin, isAllowed] of ORIGINS) {
    it(`${isAllowed ? 'lets' : 'does not let'} ${JSON.stringify(origin)} in`, () => {
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
    it(`${isAllowed ? 'opens' : 'refuses'} polling and websockets for ${JSON.stringify(origin)}`, async () => {
      const polling = await ask(origin, 'transport=polling');
      const websocket = await ask(origin, 'transport=websocket', { upgrade: true });
      // Engine.IO refuses every upgrade with 400.
      expect([polling.status, websocket.status]).to.deep.equal(isAllowed ? [200, 101] : [403, 400]);
      expect(polling.headers['access-control-allow-origin']).to.equal(isAllowed ? origin : undefined);
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
