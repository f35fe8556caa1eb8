import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

type Timer = ReturnType<typeof setTimeout> & { readonly _destroyed?: boolean };

/** Where each socket and timer that keeps the process alive came from: the test that ran, and the stack. */
export class Origins {
  private readonly sockets = new Map<WeakRef<Socket>, string>();
  private readonly timers = new Map<WeakRef<Timer>, string>();
  private sweepAt = 10_000;

  constructor(private readonly runningTest: () => string) {
    for (const side of ['client', 'server']) subscribe(`net.${side}.socket`, (message) => this.noteSocket((message as { socket: Socket }).socket, side));
    for (const name of ['setTimeout', 'setInterval'] as const) this.watch(name);
  }

  /** A line for each that is open. */
  describe(): string[] {
    const sockets = [...this.sockets].flatMap(([ref, origin]) => {
      const socket = ref.deref();
      return socket && !socket.destroyed ? [`socket ${socket.localPort} to ${socket.remotePort}, ${origin}`] : [];
    });
    return [...sockets, ...[...this.timers].filter(([ref]) => isRunning(ref)).map(([, origin]) => `timer, ${origin}`)];
  }

  private noteSocket(socket: Socket, side: string): void {
    const ref = new WeakRef(socket);
    this.sockets.set(ref, `the ${side}'s end, ${this.origin()}`);
    socket.once('close', () => this.sockets.delete(ref));
  }

  /** What wraps it keeps all that the original has: promisified forms, say. */
  private watch(name: 'setTimeout' | 'setInterval'): void {
    const apply = (original: (...args: never[]) => unknown, self: unknown, args: never[]): Timer => {
      const timer = Reflect.apply(original, self, args) as Timer;
      if (this.timers.size >= this.sweepAt) this.sweep();
      this.timers.set(new WeakRef(timer), this.origin());
      return timer;
    };
    Object.assign(globalThis, { [name]: new Proxy(globalThis[name], { apply }) });
  }

  private sweep(): void {
    for (const ref of [...this.timers.keys()]) if (!isRunning(ref)) this.timers.delete(ref);
    this.sweepAt = 2 * Math.max(5000, this.timers.size);
  }

  private origin(): string {
    const frames = (new Error().stack ?? '').split('\n').slice(1).filter((line) => !line.includes('/support/origins.'));
    return `opened during "${this.runningTest()}"\n${frames.join('\n')}`;
  }
}

function isRunning(ref: WeakRef<Timer>): boolean {
  const timer = ref.deref();
  return timer !== undefined && timer._destroyed !== true && timer.hasRef();
}
