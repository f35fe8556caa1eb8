/** The built-in placement policies. */
export const POLICY_NAMES = ['random', 'prefer-local', 'hash', 'least-loaded', 'resource-optimized', 'zone'] as const;
export type PolicyName = (typeof POLICY_NAMES)[number];
