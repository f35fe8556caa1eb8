// Bytes as JSON text, there and back: what a batch costs both ends beside its way.
const SECONDS = 0.5;

interface Spelling {
  readonly write: (bytes: Buffer) => string;
  readonly read: (text: string) => Buffer;
}

const SPELLINGS: Readonly<Record<string, Spelling>> = {
  base64: { write: (bytes) => JSON.stringify(bytes.toString('base64')), read: (text) => Buffer.from(JSON.parse(text) as string, 'base64') },
  latin1: { write: (bytes) => JSON.stringify(bytes.toString('latin1')), read: (text) => Buffer.from(JSON.parse(text) as string, 'latin1') },
};

/** Of each spelling megabytes per second there and back, over UTF-8 as Redis gets it, and how many bytes that takes of one. */
export function measureSpellings(sample: Buffer): Readonly<Record<string, { readonly mbPerSecond: number; readonly bytesPerByte: number }>> {
  return Object.fromEntries(Object.entries(SPELLINGS).map(([name, { write, read }]) => {
    const start = performance.now();
    let bytes = 0;
    while (performance.now() - start < SECONDS * 1000) {
      bytes += read(Buffer.from(write(sample), 'utf8').toString('utf8')).length;
    }
    const length = Buffer.byteLength(write(sample), 'utf8');
    return [name, { mbPerSecond: Math.round(bytes / 1e3 / (performance.now() - start)), bytesPerByte: Number((length / sample.length).toFixed(2)) }];
  }));
}
