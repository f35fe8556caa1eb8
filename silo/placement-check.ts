import type { ActorMetadata } from '../decorators/index.js';
import { describe } from '../decorators/options.js';
import { ConfigurationError } from '../protocol/errors/index.js';
import { POLICY_NAMES } from './options/names.js';

/** The options that built-in policies take; policies of the user take any. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = { zone: ['label'] };

/** Throws `ConfigurationError` when the class asks for a policy that is neither built in nor among `own`, or gives a built-in one an option that it does not take. */
export function checkPlacement({ name, placement }: ActorMetadata, own: readonly string[]): void {
  if (!placement || own.includes(placement.policy)) return;
  const { policy, options } = placement;
  if (!POLICY_NAMES.some((one) => one === policy)) {
    const known = [...POLICY_NAMES, ...own].join(', ');
    throw new ConfigurationError(`the actor '${name}' asks for the placement policy '${policy}'; known: ${known}; add policies of your own with startSilo({ placement: { policies } })`);
  }
  const known = OPTIONS[policy] ?? [];
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const where = `the actor '${name}' gives the placement policy '${policy}' the option '${option}'`;
    if (!known.includes(option)) throw new ConfigurationError(`${where}; ${known.length > 0 ? `known: ${known.join(', ')}` : 'it takes none'}`);
    if (typeof value !== 'string' || value === '') throw new ConfigurationError(`${where}: ${describe(value)} is not the name of a label; give a non-empty string`);
  }
}
