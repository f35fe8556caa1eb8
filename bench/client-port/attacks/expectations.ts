/** What may become of an attack. */
export interface Expectation {
  readonly outcomes: readonly string[];
  /** It shows only after so long. */
  readonly seconds?: number;
}

export const ended: Expectation = { outcomes: ['disconnected'] };
const tooLarge: Expectation = { outcomes: ['ERR_PAYLOAD_TOO_LARGE', 'ERR_RATE_LIMITED'] };
export const invalid: Expectation = { outcomes: ['ERR_INVALID_ARGUMENT', 'ERR_RATE_LIMITED'] };
/** In order, or too much of it at once. */
const heard: Expectation = { outcomes: ['value', 'ERR_RATE_LIMITED'] };
export const flooding: Expectation = { outcomes: ['value', 'ERR_RATE_LIMITED', 'ERR_CANCELLED', 'disconnected'] };
export const refusedAndEnded: Expectation = { outcomes: ['status 400', 'connection reset', 'disconnected'] };
export const hungUp: Expectation = { outcomes: ['hung up', 'status 400', 'status 431'] };

/** The first pattern counts. */
const EXPECTED: readonly (readonly [RegExp, Expectation])[] = [
  [/^(31|32) (arrays|objects) deep$|^text of 64 kB$|^lone surrogates in text and keys$|^all that is allowed|^one frame of 16 calls/, heard],
  [/deep$/, tooLarge],
  [/^text of|^100,000 keys$|^10,001 keys|^an array (of a million|that claims)|^lone surrogates in 1 MB$/, tooLarge],
  [/^lone surrogates as bytes/, heard],
  [/./, { outcomes: ['?'] }],
];

/** The expectation of the attack with that name. Throws for an attack that has none: its outcome would prove nothing. */
export function expectation(name: string): Expectation {
  const found = EXPECTED.find(([pattern]) => pattern.test(name))?.[1];
  if (!found) throw new Error(`the attack '${name}' has no expectation`);
  return found;
}
