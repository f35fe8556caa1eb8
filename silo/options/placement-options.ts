import type { PlacementPolicy } from '../../protocol/ports/placement.js';
import { checkName, refuse } from './checks.js';
import { POLICY_NAMES } from './names.js';
import { OptionReader } from './option-reader.js';

/** `SiloOptions.placement`, checked and with its defaults. */
export interface ResolvedPlacementOptions {
  /** A built-in policy's name, or that of one of `policies`. */
  readonly default: string;
  readonly policies: readonly PlacementPolicy[];
}

const PLACEMENT = { known: ['default', 'policies'] };

/** Throws `ConfigurationError` as `resolveSiloOptions` does; also for two policies of one name. */
export function resolvePlacementOptions(value: unknown, path: string): ResolvedPlacementOptions {
  const reader = new OptionReader(value, path, PLACEMENT);
  const policies = reader.read('policies', checkPolicies) ?? [];
  const names = [...POLICY_NAMES, ...policies.map(({ name }) => name)];
  const checkKnown = (given: unknown, where: string): string => names.find((name) => name === given) ?? refuse(where, given, 'known', `use one of ${names.join(', ')}`);
  return { default: reader.read('default', checkKnown) ?? 'random', policies };
}

function checkPolicies(value: unknown, path: string): readonly PlacementPolicy[] {
  if (!Array.isArray(value)) return refuse(path, value, 'a list', 'use [myPolicy]');
  const taken = new Set<string>(POLICY_NAMES);
  return value.map((policy: unknown, index) => {
    const where = `${path}[${index}]`;
    const checked = checkPolicy(policy, where);
    if (taken.has(checked.name)) refuse(`${where}.name`, checked.name, 'free', 'a policy has that name already, built in or of this list; choose another one');
    taken.add(checked.name);
    return checked;
  });
}

function checkPolicy(value: unknown, path: string): PlacementPolicy {
  if (typeof value === 'function') return refuse(path, value, 'a placement policy', 'give an instance, not the class: { name, choose(request, candidates) }');
  if (typeof value !== 'object' || value === null) return refuse(path, value, 'a placement policy', 'use { name, choose(request, candidates) }');
  const { name, choose } = value as Partial<Record<keyof PlacementPolicy, unknown>>;
  checkName(name, `${path}.name`);
  return typeof choose === 'function' ? (value as PlacementPolicy) : refuse(`${path}.choose`, choose, 'a function', 'use choose(request, candidates), which returns the id of a candidate');
}
