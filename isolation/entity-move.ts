import type { ClassMetadata } from '../decorators/index.js';
import type { WorkerEntity } from './worker-entity.js';

/** An entity on its way to a class that was loaded anew: it goes at the first moment when nothing of it runs, and nothing that it changed is undecided. */
export class EntityMove {
  private isWaiting = false;

  constructor(private readonly entity: WorkerEntity, private readonly metadata: ClassMetadata) {}

  /** Asked whenever a turn has ended, or something was decided. */
  tryNow(): void {
    const { entity } = this;
    if (entity.isBusy) return;
    if (entity.differs) this.wait(entity.watch?.unsettled() ?? entity.settleStrays());
    else entity.moveTo(this.metadata);
  }

  /** Units that are open or commit decide, and say so; where they do not concern it, their end is waited for. */
  private wait(settled: Promise<void>): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    const again = (): void => {
      this.isWaiting = false;
      // A later one may have taken its place.
      if (this.entity.move === this) this.tryNow();
    };
    settled.then(again, again);
  }
}
