import { fileURLToPath } from 'node:url';

/** The module that silos host. */
export const ALARMS = fileURLToPath(new URL('./actors.js', import.meta.url));
const WIDTH = 200;

/** One call for each index, some at a time; the results in their order. */
export async function inTurns<T>(count: number, call: (index: number) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: WIDTH }, async () => {
    for (let index = next++; index < count; index = next++) results[index] = await call(index);
  }));
  return results;
}
