export { POLICY_NAMES, type PolicyName } from '../../placement/policy-names.js';
export { DURABILITIES, type Durability } from '../../state/durability.js';

/** From everything to nothing. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
