import { SystemClock } from './system-clock.js';

/** As `SystemClock`, for Node alone: its monotonic readings have one origin in all threads of the process, those of `performance.now()` have not. */
export class ProcessClock extends SystemClock {
  override monotonicMs(): number {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  }
}
