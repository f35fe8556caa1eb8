// What the record of a call says that has handed over: which chain its result comes from.
const MARK = 0xc1; // No encoded value begins so: MessagePack never uses it.

/** In place of a result: whoever asks waits for the end of that chain. */
export class ChainAhead {
  constructor(readonly chain: string) {}

  /** As the record of an operation holds it. */
  static encode(chain: string): Uint8Array {
    return Buffer.concat([Buffer.from([MARK]), Buffer.from(chain, 'latin1')]);
  }

  /** `undefined`: they are the result itself. */
  static decode(bytes: Uint8Array): ChainAhead | undefined {
    return bytes[0] === MARK ? new ChainAhead(Buffer.from(bytes.subarray(1)).toString('latin1')) : undefined;
  }
}
