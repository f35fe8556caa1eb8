// ChunkPump. Owns: the large messages of one connection that have not left.
//   C1. One message a lane at a time, the control lane first, each lane in its order: the other end never holds more than two.
//   C2. Chunks leave while the network holds less than the window, and no more than a window at a time: a small message waits for no more.
import type { Clock, TimerHandle } from '../../protocol/ports/clock.js';
import type { FrameConnection } from '../../protocol/ports/frame-network.js';
import { CALLS, CONTROL, type Lane, type Sendable } from './lane.js';
import type { LargeMessage } from './large-message.js';

/** While chunks wait, the network is looked at this often. */
const PUMP_MS = 1;

export class ChunkPump {
  private readonly queues: readonly [LargeMessage[], LargeMessage[]] = [[], []];
  private bytes = 0;
  private timer: TimerHandle | undefined;
  private isClosed = false;

  /** `beforeChunks`: what has to leave ahead of them. */
  constructor(
    private readonly connection: FrameConnection,
    private readonly windowBytes: number,
    private readonly clock: Clock,
    private readonly beforeChunks: () => void,
  ) {}

  /** Of all messages, without what has left. */
  get waitingBytes(): number {
    return this.bytes;
  }

  /** Leaves from the next `pump` on. */
  add(message: LargeMessage): void {
    if (message.owner !== undefined) message.owner.batch = Infinity;
    this.queues[message.lane].push(message);
    this.bytes += message.size;
  }

  /** Takes a message back. False: it has left, or never was here. */
  withdraw(lane: Lane, owner: Sendable): boolean {
    const queue = this.queues[lane];
    const at = queue.findIndex((message) => message.owner === owner);
    const message = queue[at];
    if (message === undefined) return false;
    queue.splice(at, 1);
    this.bytes -= message.left;
    if (message.hasBegun && !this.isClosed) this.connection.send(message.dropFrame());
    return true;
  }

  /** Sends what may leave now (C2), and goes on by itself. */
  pump(): void {
    if (this.bytes > 0 && this.timer === undefined) this.work();
  }

  /** Nothing leaves any more. */
  close(): void {
    this.isClosed = true;
    this.timer?.cancel();
    this.timer = undefined;
  }

  private readonly work = (): void => {
    this.timer = undefined;
    if (this.isClosed) return;
    this.beforeChunks();
    let budget = this.windowBytes;
    while (this.bytes > 0 && budget > 0 && this.connection.bufferedBytes < this.windowBytes) budget -= this.sendChunk();
    if (this.bytes > 0) this.timer = this.clock.setTimer(this.work, PUMP_MS);
  };

  private sendChunk(): number {
    const queue = this.queues[CONTROL].length > 0 ? this.queues[CONTROL] : this.queues[CALLS];
    const message = queue[0]!;
    const before = message.left;
    this.connection.send(message.nextFrame());
    const sent = before - message.left;
    this.bytes -= sent;
    if (message.left === 0) {
      queue.shift();
      if (message.owner !== undefined) message.owner.batch = -1;
    }
    return sent;
  }
}
