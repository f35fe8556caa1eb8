import type { Run } from './thread-turns.js';

/** W4: holds turns while commits of what their entity staged are on their way, if its instance is lost meanwhile. */
export class CommitHold {
  private commits = 0;
  private held: Run[] = [];

  /** Call what it returns when the store has answered. */
  begin(letGo: (run: Run) => void): () => void {
    this.commits++;
    return () => {
      if (--this.commits === 0) this.held.splice(0).forEach(letGo);
    };
  }

  /** False: nothing is on its way. */
  holds(run: Run): boolean {
    if (this.commits > 0) this.held.push(run);
    return this.commits > 0;
  }
}
