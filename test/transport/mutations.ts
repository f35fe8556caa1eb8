import fc from 'fast-check';

/** One change of some bytes. `at` and `length` are parts of the whole, from 0 to 1. */
type Mutation = (bytes: Buffer) => Buffer;

const part = fc.double({ min: 0, max: 1, noNaN: true });
const junk = fc.uint8Array({ minLength: 1, maxLength: 40 });

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(part, fc.nat(7)).map(([at, bit]): Mutation => (bytes) => {
    const changed = Buffer.from(bytes);
    const index = Math.floor(at * (bytes.length - 1));
    if (bytes.length > 0) changed[index] = bytes[index]! ^ (1 << bit);
    return changed;
  }),
  part.map((at): Mutation => (bytes) => bytes.subarray(0, Math.floor(at * bytes.length))),
  fc.tuple(part, junk).map(([at, more]): Mutation => (bytes) => {
    const index = Math.floor(at * bytes.length);
    return Buffer.concat([bytes.subarray(0, index), more, bytes.subarray(index)]);
  }),
  fc.tuple(part, junk).map(([at, other]): Mutation => (bytes) => {
    const index = Math.floor(at * bytes.length);
    return Buffer.concat([bytes.subarray(0, index), other, bytes.subarray(index + other.length)]);
  }),
  fc.tuple(part, part).map(([from, to]): Mutation => (bytes) => {
    const [start, end] = [Math.floor(Math.min(from, to) * bytes.length), Math.floor(Math.max(from, to) * bytes.length)];
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
  }),
  junk.map((other): Mutation => () => Buffer.from(other)),
);

/** One to three changes after one another. */
export const mutated: fc.Arbitrary<Mutation> = fc.array(mutation, { minLength: 1, maxLength: 3 })
  .map((steps): Mutation => (bytes) => steps.reduce((changed, step) => step(changed), bytes));

/** A JSON array with some of its values replaced, dropped or added. */
export const mutatedMessage: fc.Arbitrary<(message: readonly unknown[]) => readonly unknown[]> = fc
  .array(fc.tuple(fc.nat(7), fc.jsonValue(), fc.constantFrom('replace', 'drop', 'add')), { minLength: 1, maxLength: 3 })
  .map((steps) => (message) => steps.reduce<readonly unknown[]>((changed, [at, value, how]) => {
    if (how === 'replace') return changed.map((old, index) => (index === at ? value : old));
    return how === 'drop' ? changed.filter((_, index) => index !== at) : [...changed.slice(0, at), value, ...changed.slice(at)];
  }, message));
