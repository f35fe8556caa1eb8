import { ConfigurationError } from './errors/index.js';

/** Milliseconds, or a number with a unit: `'250ms' '2s' '15m' '1h' '7d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const FORM = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** Milliseconds of a `Duration`; throws `ConfigurationError` that names `what` and the value. Zero and negative values are refused. */
export function parseDuration(value: unknown, what: string): number {
  const ms = typeof value === 'number' ? value : parseText(value);
  if (ms === undefined || !Number.isFinite(ms) || ms <= 0) {
    throw new ConfigurationError(`${what}: ${typeof value === 'string' ? JSON.stringify(value) : String(value)} is not a duration; use milliseconds above 0 or '250ms' '2s' '15m' '1h' '7d'`);
  }
  return ms;
}

function parseText(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const parts = FORM.exec(value);
  return parts ? Number(parts[1]) * (UNITS[parts[2]!] ?? NaN) : undefined;
}
