import type { DeadLetter } from '../protocol/ports/message-records.js';

const NEWLINE = 0x0a;

/** A dead letter as Redis keeps it: JSON of all but the payload, a newline, the payload. */
export function writeLetter({ payload, ...head }: DeadLetter): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), payload]);
}

/** The letter of such a record; its payload is a copy. */
export function readLetter(record: Uint8Array): DeadLetter {
  const end = record.indexOf(NEWLINE);
  const head = JSON.parse(Buffer.from(record.subarray(0, end)).toString()) as Omit<DeadLetter, 'payload'>;
  return { ...head, payload: record.slice(end + 1) };
}
