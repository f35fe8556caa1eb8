// What the ends of a new link say to each other before the first frame: JSON arrays, each in a frame of its own. Untrusted until the proofs.
//   asking → asked   ['hello', version, cluster, siloId, incarnation, expected incarnation, nonce]
//   asked → asking   ['challenge', siloId, incarnation, nonce]
//   asking → asked   ['proof', proof]
//   asked → asking   ['welcome', proof]
//   asked → asking   ['refused', why]      instead of the challenge or the welcome
// `hello` begins the same in every version; the rest of it only means something to the same version.

/** Longest message in bytes. */
export const MAX_MESSAGE_BYTES = 4096;
const MAX_TEXT = 512;
const FIELDS = { hello: 5, challenge: 3, proof: 1, welcome: 1, refused: 1 } as const;

export type LinkMessageKind = keyof typeof FIELDS;

/** `fields` are the texts behind the kind; of `hello`, those behind the version. */
export interface LinkMessage {
  readonly kind: LinkMessageKind;
  /** Of `hello`, else 0. */
  readonly version: number;
  readonly fields: readonly string[];
}

/** The bytes of a message. */
export function writeMessage(kind: LinkMessageKind, ...fields: readonly (string | number)[]): Uint8Array {
  return Buffer.from(JSON.stringify([kind, ...fields]));
}

/** Undefined for what is no message, and for what has other fields than its kind; a `hello` of a version other than `version` comes without fields. */
export function readMessage(frame: Uint8Array, version: number): LinkMessage | undefined {
  const parts = parse(frame);
  const kind = parts?.[0];
  if (!parts || typeof kind !== 'string' || !Object.hasOwn(FIELDS, kind)) return undefined;
  let fields = parts.slice(1);
  let spoken = 0;
  if (kind === 'hello') {
    spoken = Number.isSafeInteger(fields[0]) ? (fields[0] as number) : -1;
    if (spoken < 0) return undefined;
    if (spoken !== version) return { kind, version: spoken, fields: [] };
    fields = fields.slice(1);
  }
  if (fields.length !== FIELDS[kind as LinkMessageKind] || !fields.every(isText)) return undefined;
  return { kind: kind as LinkMessageKind, version: spoken, fields };
}

function parse(frame: Uint8Array): readonly unknown[] | undefined {
  if (frame.length > MAX_MESSAGE_BYTES) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString());
    return Array.isArray(parts) ? parts : undefined;
  } catch {
    return undefined; // Whatever it is, it is no message.
  }
}

/** Control characters would reach logs by way of error messages. */
function isText(value: unknown): value is string {
   
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT && !/[\u0000-\u001f\u007f-\u009f]/.test(value);
}
