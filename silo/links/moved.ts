import type { Holder } from '../../protocol/ports/state-store.js';

/** The actor is not there but with `holder` (or nobody, as far as that silo knows). A routing answer between silos: it never reaches user code. */
export class Moved extends Error {
  /** `cause`: why it did not run there. */
  constructor(readonly holder: Holder | undefined, cause?: unknown) {
    super(holder === undefined ? 'the actor is not on this silo, which knows no holder' : `the actor is not on this silo but on ${holder.incarnation}`, { cause });
    this.name = 'Moved';
  }
}
