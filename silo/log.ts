import { pino } from 'pino';
import type { Logger } from '../protocol/ports/logger.js';

/** JSON lines on standard error; the level is `info` unless `TROUPE_LOG_LEVEL` says otherwise. */
export function createLogger(bindings: Readonly<Record<string, unknown>>): Logger {
  return pino({ level: process.env['TROUPE_LOG_LEVEL'] ?? 'info', base: { ...bindings }, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
}
