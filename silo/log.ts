import { pino, stdSerializers } from 'pino';
import type { Logger } from '../protocol/ports/logger.js';

// JSON leaves these as they are: terminals obey some, readers break lines at others, and the rest turns the text around them.
const UNPRINTABLE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** JSON lines on standard error: one for each event, of printable characters, whatever the keys of actors and the messages of errors hold. */
export function createLogger(level: string, bindings: Readonly<Record<string, unknown>>): Logger {
  const lines = pino.destination({ dest: 2, sync: true });
  const printable = { write: (line: string) => void lines.write(line.replace(UNPRINTABLE, escaped)) };
  // With causes as errors of their own: by default pino adds their messages to that of the error, which says them already.
  return pino({ level, serializers: { err: stdSerializers.errWithCause }, base: { ...bindings }, timestamp: pino.stdTimeFunctions.isoTime }, printable);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
