import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';

/** A port that passes everything on to `address`, and keeps what clients say. */
export async function record(address: string, said: Buffer[]): Promise<{ readonly address: string; stop(): void }> {
  const { hostname, port } = new URL(address);
  const server: Server = createServer((tcp) => {
    const target = connect({ host: hostname, port: Number(port) });
    tcp.on('data', (chunk: Buffer) => {
      said.push(chunk);
      target.write(chunk);
    });
    target.on('data', (chunk: Buffer) => void tcp.write(chunk));
    tcp.on('error', () => undefined).on('close', () => target.destroy());
    target.on('error', () => undefined).on('close', () => tcp.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { address: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => void server.close() };
}
