// FramedEcho: what a link could do at best. Two processes, the network of silos between them, and nothing of Troupe's above it: numbered messages
// in frames, sent back as they came. The layer above is compared with it in the same run. Owns: the child process and the connection.
import { SocketFrameNetwork } from '../../transport/socket-frame-network.js';
import { Child } from '../client-port/child.js';
import { MessageCollector, eachMessage } from './message-collector.js';

const COMMON = { cluster: 'bench', secrets: ['a secret of the bench'] };
/** The two silos. */
export const ECHO = {
  near: { siloId: 'near', incarnation: 'near-1', ...COMMON },
  far: { siloId: 'far', incarnation: 'far-1', ...COMMON },
};

export class FramedEcho implements AsyncDisposable {
  private readonly waiting = new Map<number, (payload: Uint8Array) => void>();
  private nextId = 0;

  private constructor(private readonly child: AsyncDisposable, private readonly network: SocketFrameNetwork, private readonly messages: MessageCollector) {}

  /** Starts the child and links to it. */
  static async open(): Promise<FramedEcho> {
    const child = new Child<{ readonly address: string }>('../links/echo-process.js', []);
    const { address } = await child.next();
    const network = new SocketFrameNetwork(ECHO.near);
    const connection = await network.connect(address, ECHO.far.incarnation);
    const echo = new FramedEcho(child, network, new MessageCollector((frame) => connection.send(frame)));
    connection.onFrame((frame) => eachMessage(frame, (id, payload) => echo.settle(id, payload)));
    connection.onClose((reason) => {
      if (echo.waiting.size > 0) throw new Error(`the echo's connection closed: ${reason}`);
    });
    return echo;
  }

  /** Resolves with the payload, once it has been there and is back. */
  call(payload: Uint8Array): Promise<Uint8Array> {
    const id = this.nextId;
    this.nextId = (id + 1) >>> 0;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.messages.add(id, payload);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.network.close();
    await this.child[Symbol.asyncDispose]();
  }

  private settle(id: number, payload: Uint8Array): void {
    const resolve = this.waiting.get(id);
    this.waiting.delete(id);
    resolve?.(payload);
  }
}
