// DeliveryWindow. Owns: how many deliveries of this silo begin at once, of all partitions together.
//   DW1. At most `WIDTH` are under way that began lately; the others wait, first come, first served. So a broadcast of 100,000 does not stand in
//        memory as 100,000 calls, and beginning them does not keep the event loop for itself.
//   DW2. What takes long keeps nobody waiting: a listener that cannot be reached counts no more after a moment.
import Denque from 'denque';
import type { Clock, TimerHandle } from '../../protocol/ports/index.js';

const WIDTH = 256;
/** DW2. */
const MOMENT_MS = 100;

export class DeliveryWindow {
  private readonly waiting = new Denque<() => void>();
  /** DW2. Rises when those that are under way count no more. */
  private moment = 0;
  private underWay = 0;
  private timer: TimerHandle | undefined;
  private isOpen = false;

  constructor(private readonly clock: Pick<Clock, 'setTimer'>) {}

  /** Does the work when it is its turn; settles as it does. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.underWay < WIDTH || this.isOpen) this.underWay++;
    else await this.turn();
    const { moment } = this;
    try {
      return await work();
    } finally {
      if (moment === this.moment) this.underWay--;
      this.letIn();
    }
  }

  /** Nobody waits any more. */
  open(): void {
    this.isOpen = true;
    this.timer?.cancel();
    this.letIn();
  }

  private turn(): Promise<void> {
    this.timer ??= this.clock.setTimer(() => this.passOn(), MOMENT_MS);
    return new Promise((begin) => this.waiting.push(begin));
  }

  /** DW2. */
  private passOn(): void {
    this.timer = undefined;
    this.moment++;
    this.underWay = 0;
    this.letIn();
    if (this.waiting.length > 0) this.timer = this.clock.setTimer(() => this.passOn(), MOMENT_MS);
  }

  private letIn(): void {
    while (this.waiting.length > 0 && (this.underWay < WIDTH || this.isOpen)) {
      this.underWay++;
      this.waiting.shift()!();
    }
  }
}
