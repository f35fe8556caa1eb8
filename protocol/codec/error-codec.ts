// ErrorCodec: what was thrown, as plain data for a reply, and back. Owns: which class an error arrives as, and what outside clients may read.
//   E1. Troupe's own classes, JavaScript's and @Serializable ones arrive as themselves; whatever else was thrown arrives as `RemoteError`.
//   E2. Making a wire error never throws and never fails for what an error carries: fields that cannot be copied are left out.
//   E3. From outside one reads Troupe's own errors (without what user code said in a `RemoteError`) and @Serializable ones, never a stack or a
//       cause; everything else reads `internal error`, with the id under which the original is in the log.
import { RemoteError, type TroupeError } from '../errors/index.js';
import { serializableClass, serializableName, type SerializableClass } from '../serializable-registry.js';
import { planOf } from './class-plan.js';
import type { Codec } from './codec.js';
import {
  BUILT_IN_ERRORS, bareError, bareTroupeError, boundedStack, builtInErrorName, dataOf, isEssence, isTroupeError, setErrorFields, type ErrorField,
} from './error-shape.js';
import { describeValue } from './refusal.js';

/** An error as plain data. `name` is the code, the class, or the wire name, as `kind` says. Its data fields are values that a codec can carry. */
export interface WireError {
  readonly kind: 'troupe' | 'builtIn' | 'serializable' | 'remote';
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly data?: readonly ErrorField[] | undefined;
  readonly cause?: WireError | undefined;
  /** Of an AggregateError. */
  readonly errors?: readonly WireError[] | undefined;
}

/** Who reads the error: this cluster, or clients outside. `logId` is called once when an original is withheld, which the caller then logs under that id. */
export type WireErrorOptions =
  | { readonly audience: 'cluster' }
  | { readonly audience: 'outside'; readonly logId?: (() => string) | undefined };

const MAX_CAUSES = 4;
const MAX_AGGREGATED = 16;

/** What was thrown, as plain data for the audience (E1 to E3). */
export function toWireError(error: unknown, codec: Codec, options: WireErrorOptions): WireError {
  if (options.audience === 'outside') return toOutside(error, codec, options.logId);
  try {
    return toCluster(error, codec, 0);
  } catch {
    // A getter or a Proxy of the user's refused to be read, also when asked why.
    return { kind: 'remote', name: 'Error', message: 'an error was thrown that cannot be read' };
  }
}

/** The error of a wire error. A class that this process does not know, or whose setters refuse the fields, gives a `RemoteError` of that name. */
export function fromWireError(wire: WireError): Error {
  try {
    const error = bareErrorOf(wire);
    return error === undefined ? fromRemote(wire) : fill(error, wire);
  } catch {
    return fromRemote(wire);
  }
}

/** One of Troupe's errors by its code, for answers that carry no more than code and message; `undefined` for an unknown code. */
export function errorOfCode(code: string, message: string): TroupeError | undefined {
  const error = bareTroupeError(code);
  if (error === undefined) return undefined;
  setErrorFields(error, [['message', message], ['stack', `${error.name}: ${message}`]]);
  return error;
}

/** What a caller on the same silo gets: the same as over the wire, sharing nothing with the error that was thrown. */
export function copyError(error: unknown, codec: Codec): Error {
  return fromWireError(toWireError(error, codec, { audience: 'cluster' }));
}

function toCluster(error: unknown, codec: Codec, depth: number): WireError {
  if (!(error instanceof Error)) return { kind: 'remote', name: kindOfThrown(error), message: `a value that is no Error was thrown: ${printThrown(error)}` };
  const { kind, name } = classify(error);
  return {
    kind,
    name,
    message: String(error.message),
    // Refusals come in floods when a silo is overloaded; formatting their stack is dear, and it shows nothing of the user's.
    stack: isTroupeError(error) && error.retryable ? undefined : boundedStack(error),
    data: copyFields(fieldsOf(error, kind), codec),
    cause: Object.hasOwn(error, 'cause') && error.cause !== undefined && depth < MAX_CAUSES ? toCluster(error.cause, codec, depth + 1) : undefined,
    errors: error instanceof AggregateError && depth < 2 ? aggregated(error, codec, depth) : undefined,
  };
}

function toOutside(error: unknown, codec: Codec, logId: (() => string) | undefined): WireError {
  try {
    const { kind, name } = error instanceof Error ? classify(error) : { kind: 'remote', name: '' } as const;
    if (error instanceof Error && (kind === 'serializable' || (kind === 'troupe' && !(error instanceof RemoteError)))) {
      return { kind, name, message: String(error.message), data: copyFields(fieldsOf(error, kind), codec) };
    }
  } catch {
    // Not readable, so withheld; the caller logs the original.
  }
  const id = logId?.();
  return { kind: 'remote', name: 'Error', message: id === undefined ? 'internal error' : `internal error (${id})` };
}

function classify(error: Error): Pick<WireError, 'kind' | 'name'> {
  if (isTroupeError(error)) return { kind: 'troupe', name: error.code };
  const builtIn = builtInErrorName(error);
  if (builtIn !== undefined) return { kind: 'builtIn', name: builtIn };
  const Class = error.constructor as SerializableClass;
  const wireName = typeof Class === 'function' && Class.prototype === Object.getPrototypeOf(error) ? serializableName(Class) : undefined;
  if (wireName !== undefined) return { kind: 'serializable', name: wireName };
  // A class that sets no name of its own inherits "Error".
  const named = String(error.name);
  return { kind: 'remote', name: named !== 'Error' && named !== '' ? named : describeValue(error) };
}

function fieldsOf(error: Error, kind: WireError['kind']): readonly ErrorField[] {
  // A name of its own counts as a field, but for the kinds that say the name themselves.
  const named: ErrorField[] = (kind === 'builtIn' || kind === 'serializable') && Object.hasOwn(error, 'name') ? [['name', error.name]] : [];
  const plan = kind === 'serializable' ? planOf(error.constructor as SerializableClass) : undefined;
  if (plan === undefined) return [...named, ...dataOf(error)];
  const planned = plan.fieldsOf(error as unknown as Record<string, unknown>).filter((field) => !isEssence(error, field.name));
  return [...named, ...planned.map((field): ErrorField => [field.name, field.value])];
}

function copyFields(fields: readonly ErrorField[], codec: Codec): readonly ErrorField[] | undefined {
  const copies: ErrorField[] = [];
  for (const [name, value] of fields) {
    try {
      copies.push([name, codec.copy(value, name)]);
    } catch {
      // E2.
    }
  }
  return copies.length === 0 ? undefined : copies;
}

function aggregated(error: AggregateError, codec: Codec, depth: number): readonly WireError[] {
  return Array.from(error.errors as readonly unknown[]).slice(0, MAX_AGGREGATED).map((one) => toCluster(one, codec, depth + 1));
}

function bareErrorOf(wire: WireError): Error | undefined {
  if (wire.kind === 'troupe') return bareTroupeError(wire.name);
  const Class = wire.kind === 'builtIn' ? BUILT_IN_ERRORS.get(wire.name) : wire.kind === 'serializable' ? serializableClass(wire.name) : undefined;
  const prototype: unknown = Class?.prototype;
  return prototype === Error.prototype || prototype instanceof Error ? bareError(prototype) : undefined;
}

function fill(error: Error, wire: WireError): Error {
  const fields: ErrorField[] = [['message', wire.message]];
  const plan = wire.kind === 'serializable' ? planOf(error.constructor as SerializableClass) : undefined;
  const planned: Record<string, unknown> = {};
  for (const [name, value] of wire.data ?? []) {
    if (plan === undefined || isEssence(error, name)) fields.push([name, value]);
    else if (name !== '__proto__') planned[name] = value;
  }
  setErrorFields(error, fields);
  plan?.assign(error as unknown as Record<string, unknown>, planned);
  setOrigin(error, wire, wire.stack ?? `${error.name}: ${wire.message}`);
  return error;
}

function fromRemote(wire: WireError): RemoteError {
  const error = new RemoteError(String(wire.message), { remoteName: String(wire.name), ...(wire.stack === undefined ? {} : { remoteStack: wire.stack }) });
  setErrorFields(error, (wire.data ?? []).filter(([name]) => name !== 'remoteName' && name !== 'remoteStack'));
  setOrigin(error, wire, `RemoteError: ${wire.message}${wire.stack === undefined ? '' : `\n  thrown as ${wire.stack}`}`);
  return error;
}

function setOrigin(error: Error, wire: WireError, stack: string): void {
  const fields: ErrorField[] = [['stack', stack]];
  if (wire.cause !== undefined) fields.push(['cause', fromWireError(wire.cause)]);
  if (wire.errors !== undefined) fields.push(['errors', wire.errors.map(fromWireError)]);
  setErrorFields(error, fields);
}

function kindOfThrown(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null ? describeValue(thrown) : typeof thrown;
}

function printThrown(thrown: unknown): string {
  if (typeof thrown === 'string') return JSON.stringify(thrown.slice(0, 100));
  return describeValue(thrown);
}
