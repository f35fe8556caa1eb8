import type { Logger } from '../protocol/ports/logger.js';

/** Logs each warning the first time that it is given. */
export function warnOnce(log: Logger): (message: string) => void {
  const warned = new Set<string>();
  return (message) => {
    if (warned.has(message)) return;
    warned.add(message);
    log.warn(message);
  };
}
