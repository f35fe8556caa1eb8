/** What may become of an attack. */
export interface Expectation {
  readonly outcomes: readonly string[];
  /** It shows only after so long. */
  readonly seconds?: number;
}

const ended: Expectation = { outcomes: ['disconnected'] };
const tooLarge: Expectation = { outcomes: ['ERR_PAYLOAD_TOO_LARGE', 'ERR_RATE_LIMITED'] };
const invalid: Expectation = { outcomes: ['ERR_INVALID_ARGUMENT', 'ERR_RATE_LIMITED'] };
/** In order, or too much of it at once. */
const heard: Expectation = { outcomes: ['value', 'ERR_RATE_LIMITED'] };
const unknown: Expectation = { outcomes: ['ERR_UNAUTHENTICATED'] };
const flooding: Expectation = { outcomes: ['value', 'ERR_RATE_LIMITED', 'ERR_CANCELLED', 'disconnected', 'still connected'] };

/** The first pattern counts. */
const EXPECTED: readonly (readonly [RegExp, Expectation])[] = [
  [/^(31|32) (arrays|objects) deep$|^text of 64 kB$|^lone surrogates in text and keys$|^all that is allowed|^one frame of 16 calls|^a bigint/, heard],
  [/^an error of 8,000|^3,000 errors|^an instance of|^eight Sets/, heard],
  [/ (arrays|objects) deep$|^text of \d|^100,000 keys$|^10,001 keys|^an array of a million|^lone surrogates in 1 MB$|^4,000 arrays of holes$|^a Set of 9,000|^a shared object/, tooLarge],
  [/^lone surrogates as bytes|^an array that claims|^forbidden names/, invalid],
  // Too long to be read, or refused by the user's own check.
  [/^a handshake|^a token of|^a namespace of a megabyte/, unknown],
  [/^a poll of 2 MB/, { outcomes: ['status 413', 'connection reset', 'session lives', 'disconnected'] }],
  // The goodbye waits two seconds to be fetched.
  [/^a poll of/, { outcomes: ['status 200', 'status 400', 'connection reset', 'session lives', 'disconnected'] }],
  [/^headers of a megabyte|^requests that are no HTTP/, { outcomes: ['hung up', 'status 400', 'status 431', 'status 505'] }],
  [/^upgrades to sessions/, { outcomes: ['status 400'] }],
  [/^upgrades that are begun/, { outcomes: ['status 101', 'status 400', 'hung up', 'no answer'] }],
  [/^one word per connection/, { outcomes: ['left'] }],
  [/^words that nobody knows, without|^namespaces that are not|^pings of WebSocket/, { outcomes: ['disconnected', 'still connected'] }],
  [/^100,000 calls whose/, { outcomes: ['disconnected'], seconds: 15 }],
  [/^100,000 calls/, flooding],
  [/readers? that never reads?$/, { outcomes: ['disconnected'], seconds: 20 }],
  [/^ten listeners that never read$/, { outcomes: ['disconnected', 'still connected'], seconds: 20 }],
  [/^2,000 (idle clients|clients that leave)/, { outcomes: ['connected'] }],
  [/^2,000 sessions/, { outcomes: ['disconnected'], seconds: 30 }],
  [/^500 slow/, { outcomes: ['disconnected'], seconds: 16 }],
  [/mutations/, { outcomes: ['worked off', 'answered', 'disconnected', 'half a frame'] }],
  [/./, ended],
];

/** The expectation of the attack with that name. Throws for an attack that has none: its outcome would prove nothing. */
export function expectation(name: string): Expectation {
  const found = EXPECTED.find(([pattern]) => pattern.test(name))?.[1];
  if (!found) throw new Error(`the attack '${name}' has no expectation`);
  return found;
}
