import { InvalidArgumentError } from '../../protocol/errors/index.js';
import type { SchemaResult, StandardSchema } from '../../protocol/standard-schema.js';

/** Each argument through its schema; the schemas' output is what the method gets. Throws `InvalidArgumentError` with the path (`args[0].x`). */
export function validateArguments(args: readonly unknown[], schemas: readonly StandardSchema[]): Promise<unknown[]> | unknown[] {
  if (args.length > schemas.length) throw new InvalidArgumentError(`expected at most ${schemas.length} arguments, got ${args.length}`, { path: 'args' });
  return validateFrom(0, [], args, schemas);
}

/** One after the other, waiting only for schemas that are asynchronous: a promise is never left behind by another schema's refusal. */
function validateFrom(start: number, outputs: unknown[], args: readonly unknown[], schemas: readonly StandardSchema[]): Promise<unknown[]> | unknown[] {
  for (let index = start; index < schemas.length; index++) {
    const result = schemas[index]!['~standard'].validate(args[index]);
    if (isPromise(result)) {
      return result.then((later) => validateFrom(index + 1, [...outputs, outputOf(later, index)], args, schemas));
    }
    outputs.push(outputOf(result, index));
  }
  // Optional arguments that were left out stay left out.
  return outputs.slice(0, Math.max(args.length, outputs.findLastIndex((output) => output !== undefined) + 1));
}

function outputOf(result: SchemaResult<unknown>, index: number): unknown {
  if (!result.issues) return result.value;
  const [issue] = result.issues;
  const path = `args[${index}]${(issue?.path ?? []).map(printStep).join('')}`;
  throw new InvalidArgumentError(`${path}: ${issue?.message ?? 'refused by its schema'}`, { path });
}

function printStep(step: PropertyKey | { readonly key: PropertyKey }): string {
  const key = typeof step === 'object' ? step.key : step;
  return typeof key === 'number' ? `[${key}]` : `.${String(key)}`;
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function';
}
