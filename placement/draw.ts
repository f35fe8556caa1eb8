/** A source of numbers from 0 to below 1, as `Math.random`; a seeded one makes placement reproducible. */
export type RandomSource = () => number;

/** One of a list that has some, each as likely as the others. */
export function drawOne<T>(random: RandomSource, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)]!;
}

/** `count` different ones of a list that has at least that many, in random order. */
export function drawSome<T>(random: RandomSource, list: readonly T[], count: number): T[] {
  const rest = [...list];
  // Fisher and Yates', ended after `count` steps.
  for (let drawn = 0; drawn < count; drawn++) {
    const index = drawn + Math.floor(random() * (rest.length - drawn));
    [rest[drawn], rest[index]] = [rest[index]!, rest[drawn]!];
  }
  return rest.slice(0, count);
}
