import { SiloUnavailableError } from '../../protocol/errors/index.js';
import { Moved } from '../links/moved.js';
import { PendingCall } from './pending-call.js';

/** Another silo's call. What kept it from running here says nothing of other silos: its router takes it elsewhere. */
export class FarCall extends PendingCall {
  override fail(error: unknown): void {
    super.fail(error instanceof SiloUnavailableError && !this.hasBegun ? new Moved(undefined) : error);
  }
}
