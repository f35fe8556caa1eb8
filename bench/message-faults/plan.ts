// Which number of which emitter goes where: emitters, listeners and the checker reckon it alike, so nothing of it has to be kept.

const PER_EMITTER = 1_000_000;
/** So many are bound to each emitter. */
export const BOUND = 5;

/** One number of one emitter. */
export function codeOf(emitter: number, n: number): number {
  return emitter * PER_EMITTER + n;
}

export function emitterOf(code: number): number {
  return Math.floor(code / PER_EMITTER);
}

export function numberOf(code: number): number {
  return code % PER_EMITTER;
}

/** Every fifth is an event for those who are bound, the others are told. */
export function isEmitted(n: number): boolean {
  return n % 5 === 4;
}

/** Whom a number is told. */
export function targetOf(emitter: number, n: number, listeners: number): number {
  return (emitter * 31 + n * 17) % listeners;
}

/** Who is bound to an emitter. */
export function boundTo(emitter: number, listeners: number): readonly number[] {
  return Array.from({ length: BOUND }, (_, k) => (emitter * 7 + k * 13) % listeners);
}

/** What its listener tells on: a message that was sent by a message. */
export function isForwarded(n: number): boolean {
  return n % 10 === 3;
}

/** For each listener, in the order of each emitter, what it must have when the emitters have committed so many numbers. */
export function expected(sent: readonly number[], listeners: number): readonly (readonly number[])[] {
  const all: number[][] = Array.from({ length: listeners }, () => []);
  for (const [emitter, count] of sent.entries()) {
    const bound = boundTo(emitter, listeners);
    for (let n = 0; n < count; n++) {
      const goesTo = isEmitted(n) ? bound : [targetOf(emitter, n, listeners)];
      goesTo.forEach((listener) => all[listener]!.push(codeOf(emitter, n)));
    }
  }
  return all;
}
