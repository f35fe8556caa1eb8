// Strangers. Owns: the TCP connections to a silo's port that have not proven anything yet.
//   S1. They are bounded: one more pushes the oldest out. An honest silo needs milliseconds; who sits there loses its place first.
//   S2. Each has a short time, and may send little.
import type { Socket } from 'node:net';
import { MAX_MESSAGE_BYTES } from './link-message.js';

/** More than a cluster has silos: when one starts again, all others dial it at once, and must not push each other out. */
export const MAX_STRANGERS = 1024;
const STRANGER_MS = 2000;
/** Two messages of the handshake and what WebSocket and Socket.IO put around them. */
const MAX_STRANGER_BYTES = 2 * MAX_MESSAGE_BYTES + 1024;

export class Strangers {
  private readonly waiting = new Map<Socket, NodeJS.Timeout>();

  /** A TCP connection came. */
  add(tcp: Socket): void {
    if (this.waiting.size >= MAX_STRANGERS) this.waiting.keys().next().value?.destroy();
    this.waiting.set(tcp, setTimeout(() => tcp.destroy(), STRANGER_MS));
    tcp.once('close', () => this.forget(tcp));
    // Also without anybody above: a reset is a close.
    tcp.on('error', () => undefined);
  }

  /** S2. It has become a WebSocket. */
  watch(tcp: Socket): void {
    let left = MAX_STRANGER_BYTES;
    const count = (chunk: Buffer): void => {
      left -= chunk.length;
      if (!this.waiting.has(tcp)) tcp.off('data', count);
      else if (left < 0) tcp.destroy();
    };
    tcp.on('data', count);
  }

  /** It has proven what it is. False when it is gone already. */
  admit(tcp: Socket): boolean {
    const isWaiting = this.waiting.has(tcp);
    this.forget(tcp);
    return isWaiting;
  }

  /** Turns all of them away. */
  drop(): void {
    for (const tcp of [...this.waiting.keys()]) tcp.destroy();
  }

  private forget(tcp: Socket): void {
    clearTimeout(this.waiting.get(tcp));
    this.waiting.delete(tcp);
  }
}
