// BullMQ keeps a job's data as JSON. Base64 costs a third more bytes, but neither end looks at each character; as latin1 text every byte from
// 0x80 on takes two and every control character six, and escaping them takes longer (bench/queues.ts).

/** Bytes as the data of a job. */
export function writeBatch(batch: Uint8Array): string {
  return Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength).toString('base64');
}

/** Bytes of their own; `undefined`: the data of that job is none of ours, or Redis has lost it. */
export function readBatch(data: unknown): Uint8Array | undefined {
  return typeof data === 'string' ? new Uint8Array(Buffer.from(data, 'base64')) : undefined;
}
