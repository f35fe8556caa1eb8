/** Where a commit must be before its reply leaves: on the primary alone, or on a replica of it too (protocol.md §7). */
export const DURABILITIES = ['primary', 'replicated'] as const;
export type Durability = (typeof DURABILITIES)[number];
