// Too much of what would be right in smaller numbers.
import { connect, type Socket } from 'node:net';
import { ClientMessage, encodeMessage, GatewayMessage, joinMessages } from '../../../protocol/client-wire.js';
import { createCodec } from '../../../protocol/codec/index.js';
import { RawWebSocket, webSocketFrame } from '../../../test/gateway/raw-web-socket.js';
import { codeOf, pause, type Attack, type Battlefield } from '../attack.js';

const codec = createCodec();
const NOTHING = codec.encode([], 'args');
const CALLS = 100_000;
const IDLE = 2000;
const WHOLE_MS = 15_000;

const visit = (id: number, token: string): Uint8Array => encodeMessage([ClientMessage.call, id, 'visitor', token, null, 'visit', 30_000, null], NOTHING);

/** 100,000 calls as fast as the gateway takes them, in frames of so many; begun anew where it hung up. */
function flood(perFrame: number, reads: boolean): Attack {
  return async (field) => {
    let raw: RawWebSocket | undefined;
    for (let id = 1; id <= CALLS && performance.now() < field.untilMs; id += perFrame) {
      if (raw === undefined || raw.isClosed) {
        if (raw !== undefined) field.tally.add('disconnected');
        raw = await field.open({ token: 'flood' });
        raw.onMessage = ({ header, payload }) => field.tally.add(header[0] === GatewayMessage.result ? 'value' : codeOf(payload));
        if (!reads) raw.stopReading();
      }
      raw.frame(joinMessages(Array.from({ length: perFrame }, (_, i) => visit(id + i, 'flood'))));
      if (raw.tcp.writableNeedDrain) await Promise.race([new Promise((drained) => raw!.tcp.once('drain', drained)), raw.closed, pause(1000)]);
    }
    if (!reads && raw) field.tally.add(await fate(raw, field.untilMs));
    else await pause(Math.max(0, Math.min(1000, field.untilMs - performance.now())));
    raw?.destroy();
  };
}

/** Whether a client that does not read was disconnected by then: it notices when it writes. */
async function fate(raw: RawWebSocket, untilMs: number): Promise<string> {
  while (!raw.isClosed && performance.now() < untilMs) {
    raw.bytes(webSocketFrame(0xa, Buffer.alloc(0)));
    await Promise.race([raw.closed, pause(500)]);
  }
  return raw.isClosed ? 'disconnected' : 'still connected';
}

/** Bytes over and over, for as long as the connection bears it. */
function pour(bytes: Uint8Array, options: { readonly reads: boolean }): Attack {
  return async (field) => {
    while (performance.now() < field.untilMs) {
      const raw = await field.open();
      if (!options.reads) raw.stopReading();
      while (!raw.isClosed && performance.now() < field.untilMs) {
        if (!raw.bytes(bytes)) await Promise.race([new Promise((drained) => raw.tcp.once('drain', drained)), raw.closed, pause(1000)]);
        else await pause(0);
      }
      field.tally.add(raw.isClosed ? 'disconnected' : 'still connected');
      raw.destroy();
    }
  };
}

/** Asks for 60 kB at a time and reads none of it, though it answers what keeps the connection alive. */
async function readNothing(field: Battlefield, token: string): Promise<void> {
  do {
    const raw = await field.open({ token });
    raw.stopReading();
    const heartbeat = setInterval(() => raw.text('3'), 1000);
    for (let id = 1; !raw.isClosed && performance.now() < field.untilMs; id += 10) {
      raw.frame(joinMessages(Array.from({ length: 10 }, (_, i) => encodeMessage([ClientMessage.call, id + i, 'echo', 'e', null, 'swell', 30_000, null], codec.encode([60], 'args')))));
      await Promise.race([raw.closed, pause(55)]);
    }
    clearInterval(heartbeat);
    field.tally.add(raw.isClosed ? 'disconnected' : 'still connected');
    raw.destroy();
    // What was disconnected in time is not tried again for a time that is too short to show anything.
  } while (field.untilMs - performance.now() > WHOLE_MS);
}

/** Listens to a fountain and reads nothing of it. */
async function listenAndReadNothing(field: Battlefield): Promise<void> {
  const listeners = await Promise.all(Array.from({ length: 10 }, () => field.open({ token: 'deaf' })));
  for (const raw of listeners) {
    raw.frame(encodeMessage([ClientMessage.subscribe, 1, 'fountain', 'f', null, 'port-noise']));
    raw.stopReading();
  }
  const heartbeat = setInterval(() => listeners.forEach((raw) => raw.text('3')), 1000);
  await pause(field.untilMs - performance.now());
  clearInterval(heartbeat);
  for (const raw of listeners) {
    field.tally.add(raw.isClosed ? 'disconnected' : 'still connected');
    raw.destroy();
  }
}

/** Many connections that do nothing; they come a few at a time, and go so, or all at once. */
async function idle(field: Battlefield, open: (index: number) => Promise<RawWebSocket>, leaving: 'slowly' | 'at once' = 'slowly'): Promise<void> {
  const all: RawWebSocket[] = [];
  for (let index = 0; index < IDLE; index += 20) {
    all.push(...await Promise.all(Array.from({ length: 20 }, (_, i) => open(index + i))));
  }
  await pause(Math.max(1000, field.untilMs - performance.now()));
  for (const raw of all) field.tally.add(raw.isClosed ? 'disconnected' : 'connected');
  for (const [index, raw] of all.entries()) {
    if (leaving === 'slowly' && index % 20 === 0) await pause(5);
    raw.destroy();
  }
}

/** TCP connections that say a little, slowly, or nothing. */
async function dawdle(field: Battlefield): Promise<void> {
  const { hostname, port } = new URL(field.address);
  const sockets: Socket[] = [];
  for (let index = 0; index < 500; index++) {
    const socket = connect({ host: hostname, port: Number(port) }).on('error', () => undefined).resume();
    if (index % 2 === 0) socket.write('GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n');
    sockets.push(socket);
  }
  while (performance.now() < field.untilMs) {
    for (const [index, socket] of sockets.entries()) if (index % 2 === 0 && !socket.destroyed) socket.write('X-A: b\r\n');
    await pause(500);
  }
  for (const socket of sockets) {
    field.tally.add(socket.destroyed || socket.readableEnded ? 'disconnected' : 'still connected');
    socket.destroy();
  }
}

/** By name. */
export const FLOODS: Readonly<Record<string, () => Attack>> = {
  '100,000 calls, one by one': () => flood(1, true),
  '100,000 calls, 1,000 to a frame': () => flood(1000, true),
  '100,000 calls, 10,000 to a frame': () => flood(10_000, true),
  '100,000 calls whose answers nobody reads': () => flood(100, false),
  'words that nobody knows, without end': () => pour(Buffer.concat(Array<Buffer>(500).fill(webSocketFrame(0x1, Buffer.from('42["x"]')))), { reads: true }),
  'namespaces that are not there, without end': () => pour(Buffer.concat(Array<Buffer>(500).fill(webSocketFrame(0x1, Buffer.from('40/nobody,')))), { reads: false }),
  'pings of WebSocket, answers unread': () => pour(Buffer.concat([...Array<Buffer>(500).fill(webSocketFrame(0x9, Buffer.alloc(125))), webSocketFrame(0x1, Buffer.from('3'))]), { reads: false }),
  'a reader that never reads': () => (field) => readNothing(field, 'deaf'),
  'ten readers that never read': () => async (field) => void (await Promise.all(Array.from({ length: 10 }, (_, index) => readNothing(field, `deaf-${index}`)))),
  'ten listeners that never read': () => listenAndReadNothing,
  '2,000 idle clients': () => (field) => idle(field, (index) => field.open({ token: `idle-${index}` })),
  '2,000 clients that leave at once': () => (field) => idle(field, (index) => field.open({ token: `leaver-${index}` }), 'at once'),
  '2,000 sessions that never say who they are': () => (field) => idle(field, () => RawWebSocket.knock(field.address)),
  '500 slow or silent TCP connections': () => dawdle,
};
