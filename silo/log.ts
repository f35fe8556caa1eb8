import { pino } from 'pino';
import type { Logger } from '../protocol/ports/logger.js';

/** JSON lines on standard error. */
export function createLogger(level: string, bindings: Readonly<Record<string, unknown>>): Logger {
  return pino({ level, base: { ...bindings }, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
}
