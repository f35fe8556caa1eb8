import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StaticFiles } from './static-files.js';

/** Connections that say nothing, or say it slowly, are hung up on. In milliseconds. */
const PATIENCE = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 2000 };

/** The HTTP server that the page and the client connections share. */
export class HttpServer {
  readonly server: Server;

  constructor(files: StaticFiles, private readonly host: string, private readonly port: number) {
    this.server = createServer(PATIENCE, (request, response) => void files.answer(request, response));
    this.server.on('connection', (socket) => socket.setNoDelay(true));
  }

  /** `http://host:port`, with the port that was taken when 0 was asked for. Rejects with the system's error (`EADDRINUSE`). */
  async start(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.port, this.host, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    const { port } = this.server.address() as AddressInfo;
    return `http://${this.host.includes(':') ? `[${this.host}]` : this.host}:${port}`;
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}
