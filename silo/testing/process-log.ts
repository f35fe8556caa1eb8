import type { Logger } from '../../protocol/ports/logger.js';

type Line = (fields: object | string, message?: string) => void;

/** A silo's log, as long as its process lives: what falls apart in memory after a kill, nobody would have read. */
export function processLog(inner: Logger, isAlive: () => boolean): Logger {
  const at = (level: 'trace' | 'debug' | 'info' | 'warn' | 'error'): Line => (fields, message) => {
    if (!isAlive()) return;
    if (typeof fields === 'string') inner[level](fields);
    else inner[level](fields, message ?? '');
  };
  return {
    trace: at('trace'), debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'),
    child: (fields) => processLog(inner.child(fields), isAlive),
  };
}
