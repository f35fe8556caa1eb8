// SocketFrameNetwork. One silo's links over Socket.IO. Owns: its port, its attempts to connect, and every line until it is closed.
//   N1. A connection is handed out only after both ends have proven that they have a secret of the cluster (link-greeting.ts).
//   N2. Every attempt, from either side, is over within two seconds.
// The proofs say who is at the other end when the link opens. They do not hide or seal what is sent afterwards: the network between the silos must
// be one where nobody else can change what passes.
import { ConfigurationError, SiloUnavailableError } from '../protocol/errors/index.js';
import type { FrameConnection, FrameNetwork } from '../protocol/ports/frame-network.js';
import type { Incarnation } from '../protocol/ports/state-store.js';
import { greet, introduce, type LinkSelf } from './link-greeting.js';
import { writeMessage } from './link-message.js';
import { refused, unreachable } from './link-refusal.js';
import { LinkSecrets, isLoopback } from './link-secrets.js';
import { dial } from './silo-dial.js';
import { SiloPort, type Newcomer } from './silo-port.js';
import { SocketFrameConnection } from './socket-frame-connection.js';
import type { SocketLine } from './socket-line.js';

export interface SocketFrameNetworkOptions {
  readonly siloId: string;
  /** Or how to get it: asked at each handshake. */
  readonly incarnation: Incarnation | (() => Incarnation);
  readonly cluster: string;
  /** Secrets of the cluster: the first proves, any is accepted. None: only silos of this machine. */
  readonly secrets?: readonly string[];
  /** Where to listen. Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: a free one. */
  readonly port?: number;
  /** A free one, when `port` is taken. */
  readonly orAnotherPort?: boolean;
  /** The address by which the others reach it. Default: host and port; needed when the host is every address (`0.0.0.0`, `::`). */
  readonly advertise?: string | undefined;
}

const LINK_MS = 2000;

export class SocketFrameNetwork implements FrameNetwork {
  private readonly secrets: LinkSecrets;
  private readonly host: string;
  private readonly lines = new Set<SocketLine>();
  private readonly attempts = new Set<(code: string) => void>();
  private port: SiloPort | undefined;
  private listensAt = 0;
  private isClosed = false;

  /** Throws `ConfigurationError` for an empty secret. */
  constructor(private readonly options: SocketFrameNetworkOptions) {
    this.secrets = new LinkSecrets(options.secrets ?? []);
    this.host = options.host ?? '127.0.0.1';
  }

  get address(): string {
    const { host } = this;
    return this.options.advertise ?? `ws://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${this.listensAt}`;
  }

  async listen(accept: (connection: FrameConnection) => void): Promise<void> {
    if (this.isClosed || this.port) throw new ConfigurationError(`the link port of silo "${this.options.siloId}" opens once`);
    if (this.secrets.isOpen && !isLoopback(this.host)) {
      throw new ConfigurationError(`links on ${this.host} need a secret of the cluster: without one, silos listen on 127.0.0.1, ::1 or localhost only`);
    }
    if (isWildcard(this.host) && this.options.advertise === undefined) {
      throw new ConfigurationError(`links listen on every address of this machine (${this.host}): say by which address the other silos reach it (advertise: 'ws://host:port')`);
    }
    this.port = new SiloPort(this.host, this.options.port ?? 0, (newcomer) => void this.receive(newcomer, accept));
    this.listensAt = await this.port.open(this.options.orAnotherPort ?? false);
  }

  async connect(address: string, expected: Incarnation): Promise<FrameConnection> {
    if (this.isClosed) throw unreachable(address, 'ECANCELED');
    if (this.secrets.isOpen && !isLoopback(hostOf(address))) throw refused(address, 'without a secret of the cluster, this silo links to silos of its own machine only');
    const attempt = dial(address);
    let code = 'ECONNRESET';
    let line: SocketLine | undefined;
    const abandon = (why: string): void => {
      code = why;
      attempt.abandon(why);
    };
    const timer = setTimeout(() => abandon('ETIMEDOUT'), LINK_MS);
    this.attempts.add(abandon);
    try {
      line = await attempt.line;
      this.keep(line);
      return new SocketFrameConnection(await introduce(line, this.self, address, expected), line);
    } catch (error) {
      line?.close('the link was not made');
      throw error instanceof SiloUnavailableError ? error : unreachable(address, code, error);
    } finally {
      clearTimeout(timer);
      this.attempts.delete(abandon);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const abandon of [...this.attempts]) abandon('ECANCELED');
    const lines = [...this.lines];
    for (const line of lines) line.close('this silo closed its network');
    await Promise.all([this.port?.close(), ...lines.map(({ gone }) => gone)]);
  }

  private get self(): LinkSelf {
    const { siloId, incarnation, cluster } = this.options;
    return { peer: { siloId, incarnation: typeof incarnation === 'string' ? incarnation : incarnation() }, cluster, secrets: this.secrets };
  }

  /** The asked end, N1. Whoever is refused is told why, and leaves, or is thrown out when its time is over. */
  private async receive(newcomer: Newcomer, accept: (connection: FrameConnection) => void): Promise<void> {
    const { line } = newcomer;
    this.keep(line);
    if (this.secrets.isOpen && !isLoopback(newcomer.remoteAddress)) {
      return line.send(writeMessage('refused', 'it has no secret of the cluster, and links to silos of its own machine only'));
    }
    // One that breaks off, or has no time left, is gone: there is nobody to tell.
    const peer = await greet(line, this.self).catch(() => line.close('the link was not made'));
    if (peer && newcomer.admit() && !this.isClosed) accept(new SocketFrameConnection(peer, line));
  }

  private keep(line: SocketLine): void {
    this.lines.add(line);
    void line.gone.then(() => this.lines.delete(line));
  }
}

function isWildcard(host: string): boolean {
  return host === '' || host === '0.0.0.0' || host === '::';
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname : '';
}
