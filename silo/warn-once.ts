import type { Logger } from '../protocol/ports/logger.js';

/** Logs each message as a warning the first time that it is given. */
export function warnOnceOf(log: Pick<Logger, 'warn'>): (message: string) => void {
  const warned = new Set<string>();
  return (message) => {
    if (warned.has(message)) return;
    warned.add(message);
    log.warn(message);
  };
}
