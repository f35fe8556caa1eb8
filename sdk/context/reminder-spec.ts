import { describe, isRecord } from '../../decorators/options.js';
import { parseDuration } from '../../protocol/duration.js';
import { ConfigurationError } from '../../protocol/errors/index.js';

/** A checked `ReminderSpec`, as it is kept; durations and instants in milliseconds. */
export type KeptReminderSpec =
  | { readonly in: number }
  | { readonly at: number }
  | { readonly every: number }
  | { readonly cron: string; readonly timezone?: string };

const FORMS = '{ in }, { at }, { every } or { cron, timezone }';

/** Throws `ConfigurationError` for anything but exactly one of the forms. Whether a cron pattern is one, the silo says. */
export function checkReminderSpec(spec: unknown): KeptReminderSpec {
  if (!isRecord(spec)) throw new ConfigurationError(`remind: expected ${FORMS}, got ${describe(spec)}`);
  const { in: delay, at, every, cron, timezone, ...others } = spec;
  const given = Object.entries({ in: delay, at, every, cron }).filter(([, value]) => value !== undefined);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined || given.length !== 1 || (timezone !== undefined && cron === undefined)) {
    throw new ConfigurationError(`remind: expected exactly one of ${FORMS}, got { ${Object.keys(spec).join(', ')} }`);
  }
  if (delay !== undefined) return { in: parseDuration(delay, 'remind: in') };
  if (every !== undefined) return { every: parseDuration(every, 'remind: every') };
  if (at !== undefined) return { at: instantOf(at) };
  if (typeof cron !== 'string' || (timezone !== undefined && typeof timezone !== 'string')) throw new ConfigurationError('remind: cron and timezone are text');
  return timezone === undefined ? { cron } : { cron, timezone };
}

function instantOf(at: unknown): number {
  const ms = at instanceof Date ? at.getTime() : at;
  if (typeof ms !== 'number' || !Number.isFinite(ms)) throw new ConfigurationError(`remind: at is a Date or milliseconds since 1970, got ${describe(at)}`);
  return ms;
}
