import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import { SiloUnavailableError, UnauthenticatedError } from '../../protocol/errors/index.js';
import type { ClientConnection, CloseReason, Handshake } from '../../protocol/ports/client-link.js';
import { SocketClientListener } from '../../transport/socket-client-listener.js';

const FRAME = Uint8Array.from([1, 2, 3]);

/** Resolves with the first arguments of the event. */
function once<T>(socket: Socket, event: string): Promise<T> {
  return new Promise((resolve) => socket.once(event, resolve));
}
/** What one arrival costs. */
const WORK_MS = 5;

describe('clients over Socket.IO', () => {
  let http: Server;
  let listener: SocketClientListener;
  let address: string;
  let admitted: Handshake[];
  let admit: (handshake: Handshake) => Promise<void>;
  let accepted: (connection: ClientConnection) => void;
  const sockets: Socket[] = [];
  const dial = (options: object = {}): Socket => {
    const socket = io(address, { reconnection: false, forceNew: true, transports: ['websocket'], ...options });
    sockets.push(socket);
    return socket;
  };
  /** A connection, from both ends. */
  const open = async (options: object = {}): Promise<{ readonly client: Socket; readonly server: ClientConnection }> => {
    const server = new Promise<ClientConnection>((resolve) => (accepted = resolve));
    const client = dial(options);
    await once(client, 'connect');
    return { client, server: await server };
  };

  beforeEach(async () => {
    http = createServer();
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    admitted = [];
    admit = async () => undefined;
    accepted = () => undefined;
    listener = new SocketClientListener(http, { origins: [], maxFrameBytes: 100_000, packets: { perSecond: 1000, burst: 2000 } });
    await listener.start(async (handshake) => {
      admitted.push(handshake);
      await admit(handshake);
      return (connection) => accepted(connection);
    });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.disconnect();
    await listener.stop();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });

  for (const transports of [['websocket'], ['polling']]) {
    it(`carry frames both ways, in order and whole (${transports[0]})`, async () => {
      const { client, server } = await open({ transports });
      const toServer = new Promise<number[][]>((resolve) => {
        const frames: number[][] = [];
        server.onFrame((frame) => frames.push([...frame]) === 3 && resolve(frames));
      });
      for (let n = 1; n <= 3; n++) client.emit('f', Uint8Array.from([n, 0, 255]));
      expect(await toServer).to.deep.equal([[1, 0, 255], [2, 0, 255], [3, 0, 255]]);
      const toClient = once<ArrayBuffer>(client, 'f');
      // A view on a larger buffer: only the view is sent.
      server.send(new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4));
      expect([...new Uint8Array(await toClient)]).to.deep.equal([...FRAME]);
    });
  }

  it('show their token, resume token, address and headers; a resume token that is no text is not shown', async () => {
    await open({ auth: { token: 't', resumeToken: 'r', address: 'forged' }, extraHeaders: { 'x-game': 'arena' } });
    expect(admitted[0]).to.deep.include({ token: 't', resumeToken: 'r', address: '127.0.0.1' });
    expect(admitted[0]!.headers).to.include({ 'x-game': 'arena' });
    await open({ auth: { token: null, resumeToken: 7 } });
    expect(admitted[1]).to.include({ token: undefined, resumeToken: undefined });
  });

  it('are refused with the code and message of a typed error, and of nothing else', async () => {
    admit = () => Promise.reject(new UnauthenticatedError('your token has expired', { hint: 'internal' }));
    const refused = await once<Error & { data: unknown }>(dial(), 'connect_error');
    expect(refused.data).to.deep.equal({ code: 'ERR_UNAUTHENTICATED', message: 'your token has expired' });
    admit = () => Promise.reject(new Error('the password is 1234'));
    expect((await once<Error & { data: unknown }>(dial(), 'connect_error')).data).to.deep.equal({ code: 'ERR_UNAUTHENTICATED', message: 'the gateway refused the connection' });
    admit = () => Promise.reject(new SiloUnavailableError('the silo stops'));
    expect((await once<Error & { data: { code: string } }>(dial(), 'connect_error')).data.code).to.equal('ERR_SILO_UNAVAILABLE');
  });

  it('have left when they say so, and are lost when their connection breaks', async () => {
    const left = await open();
    const leaving = new Promise<CloseReason>((resolve) => left.server.onClose(resolve));
    left.client.disconnect();
    expect(await leaving).to.equal('left');
    const lost = await open();
    const losing = new Promise<CloseReason>((resolve) => lost.server.onClose(resolve));
    lost.client.io.engine.close();
    expect(await losing).to.equal('lost');
  });

  it('get what was sent before a kick, then its reason, then the end', async () => {
    const { client, server } = await open();
    const heard: unknown[] = [];
    client.on('f', () => heard.push('f'));
    client.on('bye', (...words: unknown[]) => heard.push(words));
    const ended = once(client, 'disconnect');
    const closed = new Promise<CloseReason>((resolve) => server.onClose(resolve));
    server.send(FRAME);
    server.close('kicked', 'cheating');
    server.send(FRAME);
    await ended;
    expect(heard).to.deep.equal(['f', ['kicked', 'cheating']]);
    expect(await closed).to.equal('kicked');
  });

  it('knock once per connection, however often they ask while they wait', async () => {
    let let_in = (): void => undefined;
    admit = () => new Promise((resolve) => (let_in = resolve));
    const client = dial();
    const closed = once(client, 'disconnect');
    await new Promise<void>((resolve) => client.io.once('open', resolve));
    for (let n = 0; n < 100; n++) client.io.engine.write('0{"token":"again"}');
    await Promise.race([closed, once(client, 'connect_error')]);
    expect(admitted.length).to.be.at.most(1);
    let_in();
  });

  it('leave unread what is sent while they are held, and hear it afterwards, in order', async () => {
    const { client, server } = await open();
    const neighbour = await open();
    const heard: number[] = [];
    const all = new Promise<void>((resolve) => server.onFrame((frame) => heard.push(frame[0]!) === 3 && resolve()));
    server.hold(true);
    for (const n of [1, 2, 3]) client.emit('f', Uint8Array.of(n));
    // By then the held frames have reached this machine, too.
    const passed = new Promise<void>((resolve) => neighbour.server.onFrame(() => resolve()));
    neighbour.client.emit('f', FRAME);
    await passed;
    expect(heard).to.deep.equal([]);
    server.hold(false);
    await all;
    expect(heard).to.deep.equal([1, 2, 3]);
  });

  it('are let in one after the other when many arrive at once, and given up so when many are lost', async () => {
    const [arrivals, departures]: [number[], number[]] = [[], []];
    const work = (times: number[]): void => {
      times.push(performance.now());
      for (const endMs = performance.now() + WORK_MS; performance.now() < endMs; );
    };
    const lost = new Promise<void>((resolve) => {
      admit = async () => work(arrivals);
      accepted = (connection) => connection.onClose(() => {
        work(departures);
        if (departures.length === 5) resolve();
      });
    });
    const clients = Array.from({ length: 5 }, () => dial());
    await Promise.all(clients.map((client) => once(client, 'connect')));
    for (const client of clients) client.io.engine.close();
    await lost;
    for (const times of [arrivals, departures]) {
      const gaps = times.slice(1).map((time, index) => time - times[index]!);
      expect(Math.min(...gaps), 'the work, and a rest of twice that, rounded').to.be.at.least(3 * WORK_MS - 2);
    }
  });

  const GARBAGE: Readonly<Record<string, readonly (string | Uint8Array)[]>> = {
    'a packet of an unknown type': ['9["f"]'],
    'text that is no packet': ['{{{{'],
    'an event that is no list': ['2{"f":1}'],
    'a reserved event': ['2["disconnect","x"]'],
    'a binary event of 11 attachments': ['511-["f",{"_placeholder":true,"num":0}]'],
    'a binary event of a billion attachments': ['51000000000-["f"]'],
    'a placeholder out of range': ['51-["f",{"_placeholder":true,"num":7}]', FRAME],
    'text where a frame belongs': ['2["f","text"]'],
    'binary that nobody announced': [FRAME],
    'a frame that is too long': [new Uint8Array(200_000)],
    'a namespace that does not exist, and then an event in it': ['0/admin,{}', '2/admin,["f"]'],
    'JSON 50,000 deep': [`2["f",${'['.repeat(50_000)}${']'.repeat(50_000)}]`],
  };
  for (const [what, packets] of Object.entries(GARBAGE)) {
    it(`lose their connection, and nobody else's, for ${what}`, async () => {
      const neighbour = await open();
      const { client, server } = await open();
      server.onFrame(() => undefined);
      const closed = new Promise<CloseReason>((resolve) => server.onClose(resolve));
      for (const packet of packets) client.io.engine.write(packet);
      expect(await closed).to.equal('lost');
      const frame = new Promise<Uint8Array>((resolve) => neighbour.server.onFrame(resolve));
      neighbour.client.emit('f', FRAME);
      expect([...(await frame)]).to.deep.equal([...FRAME]);
    });
  }

  it('that have not read yet are known by their waiting bytes', async () => {
    const { client, server } = await open();
    expect(server.bufferedBytes).to.equal(0);
    for (let n = 0; n < 50; n++) server.send(new Uint8Array(50_000));
    expect(server.bufferedBytes).to.be.above(1_000_000);
    let frames = 0;
    await new Promise<void>((resolve) => client.on('f', () => ++frames === 50 && resolve()));
    server.onFrame(() => undefined);
  });
});
