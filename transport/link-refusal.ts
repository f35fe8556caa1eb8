import { SiloUnavailableError } from '../protocol/errors/index.js';
import type { Incarnation } from '../protocol/ports/state-store.js';

/** What the end that is asked has, and what the end that asks has or expects. */
export interface LinkClaims {
  readonly version: number;
  readonly cluster: string;
}

/** Why the ends of a link do not fit, in words for the silo that asks; undefined when they do. `asked` is the silo at the address. */
export function mismatch(asked: LinkClaims & { readonly incarnation: Incarnation }, asking: LinkClaims & { readonly expected: Incarnation }): string | undefined {
  if (asked.version !== asking.version) {
    const which = asking.version < asked.version ? 'an older' : 'a newer';
    return `this silo speaks ${which} link protocol (version ${asking.version}) than the other one (version ${asked.version})`;
  }
  if (asked.cluster !== asking.cluster) return `it belongs to another cluster than "${asking.cluster}"`;
  if (asked.incarnation !== asking.expected) return `another incarnation than "${asking.expected}" is there: "${asked.incarnation}"`;
  return undefined;
}

/** The address answered, and will not have us. */
export function refused(address: string, why: string): SiloUnavailableError {
  return new SiloUnavailableError(`the silo at ${address} refused the link: ${why}`);
}

/** Nobody answered. `code` is the system's: `ECONNREFUSED`, `ETIMEDOUT` and the like. */
export function unreachable(address: string, code: string, cause?: unknown): SiloUnavailableError {
  const reason = cause instanceof Error && 'code' in cause ? cause : Object.assign(new Error(code, { cause }), { code });
  return new SiloUnavailableError(`no silo can be reached at ${address}: ${code}`, { cause: reason });
}
