// BatchAttempts. Owns: the attempts at one batch after another, and the pauses between them. Does not own: where the batches are stored.
import type { BatchesHandler } from '../protocol/ports/delivery-queue.js';
import type { Clock, TimerHandle } from '../protocol/ports/clock.js';
import type { Logger } from '../protocol/ports/logger.js';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

export interface BatchAttemptsOptions {
  readonly partition: number;
  readonly handler: BatchesHandler;
  readonly clock: Pick<Clock, 'setTimer'>;
  /** Is told of handlers that reject: they are meant to see to their failures themselves. */
  readonly log?: Pick<Logger, 'warn'> | undefined;
}

/** Tries batches until they are handled, for as long as the consumer runs: whoever gave them back would let later ones pass. */
export class BatchAttempts {
  private pause: { readonly timer: TimerHandle; readonly end: () => void } | undefined;
  private isStopped = false;

  constructor(private readonly options: BatchAttemptsOptions) {}

  /** True: handled. False: it was stopped before, and nothing runs any more. */
  async run(batches: readonly Uint8Array[]): Promise<boolean> {
    for (let pauseMs = FIRST_PAUSE_MS; !this.isStopped; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        await this.options.handler.handle(batches);
        return true;
      } catch (error) {
        const { partition, log } = this.options;
        log?.warn({ err: error, partition }, 'a batch of deliveries was not handled; it is tried again, later ones wait');
        await this.wait(pauseMs);
      }
    }
    return false;
  }

  /** Ends the pause and begins no attempt any more. Idempotent. */
  stop(): void {
    this.isStopped = true;
    this.pause?.timer.cancel();
    this.pause?.end();
  }

  private async wait(pauseMs: number): Promise<void> {
    if (this.isStopped) return;
    await new Promise<void>((end) => (this.pause = { timer: this.options.clock.setTimer(end, pauseMs), end }));
    this.pause = undefined;
  }
}
