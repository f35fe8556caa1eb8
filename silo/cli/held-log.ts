import { pino } from 'pino';
import type { Logger } from '../../protocol/ports/logger.js';
import type { LogLevel } from '../silo-options.js';

/**
 * JSON lines on standard error, held back until the silo runs: a start that fails for a wrong option is told in one line and not among
 * the log of stages that do not matter.
 */
export class HeldLog {
  readonly logger: Logger;
  private held: string[] | undefined = [];

  constructor(level: LogLevel) {
    this.logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write: (line) => this.write(line) });
  }

  /** Writes what was held back, and everything from now on at once. Idempotent. */
  release(): void {
    const lines = this.held ?? [];
    this.held = undefined;
    for (const line of lines) process.stderr.write(line);
  }

  private write(line: string): void {
    if (this.held) this.held.push(line);
    else process.stderr.write(line);
  }
}
