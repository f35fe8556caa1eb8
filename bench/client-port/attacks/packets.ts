// What is wrong below the gateway's frames: packets of Socket.IO and Engine.IO, frames of WebSocket, requests of HTTP.
import { webSocketFrame } from '../../../test/gateway/raw-web-socket.js';
import { onNewConnection, pause, repeated, type Attack } from '../attack.js';
import { httpSession, rawHttp } from '../http.js';

const after = (...packets: readonly (string | Uint8Array)[]): Attack => onNewConnection((raw) => {
  for (const packet of packets) if (typeof packet === 'string') raw.text(packet);
  else raw.binary(packet);
});
const before = (...packets: readonly string[]): Attack => onNewConnection((raw) => packets.forEach((packet) => raw.text(packet)), { isWelcomed: false });
const attachments = (count: number): string => `45${count}-["f",${Array.from({ length: Math.min(count, 1000) }, (_, num) => `{"_placeholder":true,"num":${num}}`).join()}]`;
const poll = (body: string): Attack => async (field) => {
  while (performance.now() < field.untilMs) {
    const session = await httpSession(field.address);
    field.tally.add(await session.post(body));
    // A dead session answers 400 from now on.
    field.tally.add((await session.post('3')) === 'status 200' ? 'session lives' : 'disconnected');
    await session.post('1');
  }
};
const many = (packet: string, bytes = 1_100_000): string => Array<string>(Math.floor(bytes / (packet.length + 1))).fill(packet).join('\x1e');

/** By name. */
export const PACKETS: Readonly<Record<string, () => Attack>> = {
  '11 attachments': () => after(attachments(11), ...Array.from({ length: 11 }, () => new Uint8Array(8))),
  '12 attachments': () => after(attachments(12), ...Array.from({ length: 12 }, () => new Uint8Array(8))),
  '100 attachments': () => after(attachments(100), ...Array.from({ length: 100 }, () => new Uint8Array(8))),
  '2 attachments': () => after(attachments(2), new Uint8Array(8), new Uint8Array(8)),
  '1,000,000,000 attachments': () => after(attachments(1_000_000_000), new Uint8Array(8)),
  'an attachment that never comes, then text': () => after(attachments(1), '42["x"]'),
  'attachments without a packet': () => after(new Uint8Array(8)),
  'an event 490,000 deep': () => after(`42["x",${'['.repeat(490_000)}${']'.repeat(490_000)}]`),
  'an event of 100,000 keys': () => after(`42["x",{${Array.from({ length: 100_000 }, (_, i) => `"${i.toString(36)}":1`).join()}}]`),
  'an event of a million numbers': () => after(`42["x"${',1'.repeat(540_000)}]`),
  'a binary event 400,000 deep': () => after(`451-["f",${'['.repeat(400_000)}{"_placeholder":true,"num":0}${']'.repeat(400_000)}]`, new Uint8Array(8)),
  'an acknowledgement of a million digits': () => after(`43${'1'.repeat(1_000_000)}[]`),
  'an event with an id of a million digits': () => after(`42${'1'.repeat(1_000_000)}["x"]`),
  'a namespace of a megabyte': () => before(`40/${'a'.repeat(1_000_000)},`),
  'a handshake 490,000 deep': () => before(`40{"token":${'['.repeat(490_000)}${']'.repeat(490_000)}}`),
  'a handshake of 100,000 keys': () => before(`40{${Array.from({ length: 100_000 }, (_, i) => `"${i.toString(36)}":1`).join()}}`),
  'a token of a megabyte': () => before(`40{"token":"${'x'.repeat(1_000_000)}"}`),
  'a second handshake': () => after('40{"token":"other"}'),
  'ten handshakes at once': () => before(...Array.from({ length: 10 }, (_, i) => `40{"token":"t${i}"}`)),
  'words that nobody knows': () => after('42["x"]', '42["bye","kicked"]', '42["__proto__"]', '429["f"]', '43999999[1]'),
  'a poll of 550,000 heartbeats': () => poll(many('3')),
  'a poll of 137,000 events': () => poll(many('42["x"]')),
  'a poll of 1.1 MB of separators': () => poll('\x1e'.repeat(1_100_000)),
  'a poll of a deep event': () => poll(`42["x",${'['.repeat(490_000)}${']'.repeat(490_000)}]`),
  'a poll of 2 MB': () => poll(`42["${'x'.repeat(2_000_000)}"]`),
  'reserved bits and opcodes': () => onNewConnection((raw) => raw.bytes(Buffer.from([0xff, 0x80, 0, 0, 0, 0]))),
  'a frame without mask': () => onNewConnection((raw) => raw.bytes(Buffer.from([0x81, 0x01, 0x33]))),
  'a frame of 2^62 bytes': () => onNewConnection((raw) => raw.bytes(Buffer.from([0x82, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]))),
  'text that is no UTF-8': () => onNewConnection((raw) => raw.bytes(webSocketFrame(0x1, Buffer.from([0x34, 0xff, 0xfe])))),
  '200,000 fragments of nothing': () => onNewConnection((raw) => {
    raw.bytes(webSocketFrame(0x2, Buffer.alloc(1), false));
    for (let i = 0; i < 200; i++) raw.bytes(Buffer.concat(Array<Buffer>(1000).fill(webSocketFrame(0x0, Buffer.alloc(0), false))));
  }),
  'headers of a megabyte': () => async (field) => {
    while (performance.now() < field.untilMs) field.tally.add(await rawHttp(field.address, `GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(1_000_000)}\r\n\r\n`));
  },
  'requests that are no HTTP': () => async (field) => {
    while (performance.now() < field.untilMs) for (const said of ['\x16\x03\x01\x02\x00', 'GET / HTTP/9.9\r\n\r\n', 'BREW /pot HTCPCP/1.0\r\n\r\n', 'GET /socket.io/?EIO=99&transport=x HTTP/1.1\r\nHost: x\r\n\r\n']) field.tally.add(await rawHttp(field.address, said));
  },
  'upgrades to sessions that are not there': () => async (field) => {
    while (performance.now() < field.untilMs) {
      const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
      field.tally.add(await rawHttp(field.address, `GET /socket.io/?EIO=4&transport=websocket&sid=nobody HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n\r\n`));
    }
  },
  'upgrades that are begun and left, twenty to a session': () => async (field) => {
    while (performance.now() < field.untilMs) {
      const session = await httpSession(field.address);
      const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
      const begun = Array.from({ length: 20 }, () => rawHttp(field.address, `GET /socket.io/?EIO=4&transport=websocket&sid=${session.sid} HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n\r\n`, 500));
      for (const outcome of await Promise.all(begun)) field.tally.add(outcome);
      await pause(50);
    }
  },
  'one word per connection': () => repeated(async (raw) => {
    raw.text('42["x"]');
    raw.destroy();
    await raw.closed;
    return 'left';
  }),
};
