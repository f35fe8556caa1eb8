// A batch on its way through a port: its numbers side by side, which is copied as bytes, and then whatever is no number. Most messages are
// numbers alone; as elements of an array each of them would be cloned on its own.

/** The numbers, alone or with the values in the order in which they stand. */
export type PackedBatch = Float64Array | readonly [numbers: Float64Array, ...values: unknown[]];

/** In the place of what is absent. */
const ABSENT = -Infinity;
/** In the place of any other value. */
const NEXT_VALUE = NaN;

/** The first `length` elements of it. */
export function packBatch(batch: readonly unknown[], length: number): PackedBatch {
  const numbers = new Float64Array(length);
  let values: [Float64Array, ...unknown[]] | undefined;
  for (let i = 0; i < length; i++) {
    const element = batch[i];
    // Neither `NaN` nor the one that stands for nothing.
    if (typeof element === 'number' && element > ABSENT) {
      numbers[i] = element;
    } else if (element === undefined) {
      numbers[i] = ABSENT;
    } else {
      numbers[i] = NEXT_VALUE;
      (values ??= [numbers]).push(element);
    }
  }
  return values ?? numbers;
}

export function unpackBatch(packed: PackedBatch): readonly unknown[] {
  const numbers = packed instanceof Float64Array ? packed : packed[0];
  const batch = new Array<unknown>(numbers.length);
  let next = 1;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!;
    if (number > ABSENT) batch[i] = number;
    else batch[i] = number === ABSENT ? undefined : packed[next++];
  }
  return batch;
}
