// Pulse. Owns: one end's knowledge of whether the other end of a connection still says anything (F2), and the beats by which the other knows of us.
//   U1. Anything heard is a sign of life, and both ends beat whatever else they send: what waits to be sent one way holds up no sign the other way.
//   U2. Time in which our own event loop did not come round counts as one interval: the other end may have spoken all the while.
// Engine.IO's pings know neither: one direction only, an answer overdue behind much else, and after a held loop its timers ring before what has
// arrived is read.
const INTERVAL_MS = 250;

/** Silence longer than this, up to an interval more, is death. */
export const SILENCE_MS = 1000;

export class Pulse {
  private readonly timer: NodeJS.Timeout;
  private hasHeard = true;
  private silentMs = 0;

  constructor(private readonly beat: () => void, private readonly silent: () => void) {
    this.timer = setInterval(() => this.tick(), INTERVAL_MS).unref();
  }

  /** The other end said something. */
  heard(): void {
    this.hasHeard = true;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private tick(): void {
    this.silentMs = this.hasHeard ? 0 : this.silentMs + INTERVAL_MS;
    this.hasHeard = false;
    if (this.silentMs >= SILENCE_MS) this.silent();
    else this.beat();
  }
}
