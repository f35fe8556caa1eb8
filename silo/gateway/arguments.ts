import { InvalidArgumentError } from '../../protocol/errors/index.js';
import type { SchemaIssue, StandardSchema } from '../../protocol/standard-schema.js';

/** Each argument through its schema; the schemas' output is what the method gets. Throws `InvalidArgumentError` with the path (`args[0].x`). */
export function validateArguments(args: readonly unknown[], schemas: readonly StandardSchema[]): Promise<unknown[]> | unknown[] {
  if (args.length > schemas.length) throw new InvalidArgumentError(`expected at most ${schemas.length} arguments, got ${args.length}`, { path: 'args' });
  const outputs = schemas.map((schema, index) => {
    const result = schema['~standard'].validate(args[index]);
    return result instanceof Promise ? result.then((later) => outputOf(later, index)) : outputOf(result, index);
  });
  // Optional arguments that were left out stay left out.
  const given = outputs.slice(0, Math.max(args.length, lastDefined(outputs) + 1));
  return given.some((output) => output instanceof Promise) ? Promise.all(given) : given;
}

function outputOf(result: { readonly value?: unknown; readonly issues?: readonly SchemaIssue[] | undefined }, index: number): unknown {
  const issue = result.issues?.[0];
  if (!issue) return result.value;
  const path = `args[${index}]${(issue.path ?? []).map(printStep).join('')}`;
  throw new InvalidArgumentError(`${path}: ${issue.message}`, { path });
}

function printStep(step: PropertyKey | { readonly key: PropertyKey }): string {
  const key = typeof step === 'object' ? step.key : step;
  return typeof key === 'number' ? `[${key}]` : `.${String(key)}`;
}

function lastDefined(values: readonly unknown[]): number {
  return values.findLastIndex((value) => value !== undefined);
}
