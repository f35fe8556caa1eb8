import type { Clock, Logger, TimerHandle } from '../../protocol/ports/index.js';
import type { Activation } from './activation.js';

/** Lazily saved fields are written at most this long after their unit. Half of the second that is promised. */
const PERIOD_MS = 500;

/** Writes lazily saved fields of all activations behind, with one timer for the silo. */
export class LazySaver {
  private dirty = new Set<Activation>();
  private timer: TimerHandle | undefined;

  constructor(private readonly clock: Clock, private readonly log: Logger) {}

  add(activation: Activation): void {
    this.dirty.add(activation);
    this.timer ??= this.clock.setTimer(this.onTick, PERIOD_MS);
  }

  /** Writes everything that waits; resolves when it is stored or its owner lost it. */
  async flush(): Promise<void> {
    const activations = this.dirty;
    this.dirty = new Set();
    this.timer?.cancel();
    this.timer = undefined;
    await Promise.all([...activations].map((activation) => this.save(activation)));
  }

  /** Writes nothing any more: every activation writes what it holds when it ends. */
  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.dirty.clear();
  }

  private readonly onTick = (): void => {
    this.timer = undefined;
    void this.flush();
  };

  private async save(activation: Activation): Promise<void> {
    try {
      await activation.commits.flush();
    } catch (error) {
      this.log.warn({ err: error, actor: activation.name }, 'lazily saved fields could not be written');
    }
  }
}
