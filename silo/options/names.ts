/** The built-in placement policies. */
export const POLICY_NAMES = ['random', 'prefer-local', 'hash', 'least-loaded', 'resource-optimized', 'zone'] as const;
export type PolicyName = (typeof POLICY_NAMES)[number];

/** From everything to nothing. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
