// When reminders are due. Cron patterns: croner (https://github.com/hexagon/croner), with its rules for time zones and daylight saving.
import { Cron } from 'croner';
import { ConfigurationError } from '../../protocol/errors/index.js';
import type { KeptReminderSpec } from '../../sdk/context/reminder-spec.js';

/** More due times than that are not counted. */
const MOST_MISSED = 100_000;

export interface NextTime {
  /** Absent: never again. */
  readonly next: number | undefined;
  /** How many due times after the last one have passed without a firing. */
  readonly missed: number;
}

/** The first due time. Throws `ConfigurationError` for a cron pattern or a time zone that is none, and for one that is never due. */
export function firstTime(spec: KeptReminderSpec, nowMs: number): number {
  if ('in' in spec) return nowMs + spec.in;
  if ('at' in spec) return spec.at;
  if ('every' in spec) return nowMs + spec.every;
  const first = nextRun(spec, nowMs);
  if (first === undefined) throw new ConfigurationError(`remind: the cron pattern '${spec.cron}' is never due`);
  return first;
}

/** After the firing that was due at `dueMs`: one in the future. Those in between are missed. */
export function nextTime(spec: KeptReminderSpec, dueMs: number, nowMs: number): NextTime {
  if ('in' in spec || 'at' in spec) return { next: undefined, missed: 0 };
  if ('every' in spec) {
    const missed = Math.max(0, Math.floor((nowMs - dueMs) / spec.every));
    return { next: dueMs + (missed + 1) * spec.every, missed };
  }
  let missed = 0;
  let next = nextRun(spec, dueMs);
  while (next !== undefined && next <= nowMs && missed < MOST_MISSED) {
    missed++;
    next = nextRun(spec, next);
  }
  return { next: next !== undefined && next <= nowMs ? nextRun(spec, nowMs) : next, missed };
}

function nextRun({ cron, timezone }: Extract<KeptReminderSpec, { readonly cron: string }>, afterMs: number): number | undefined {
  try {
    return new Cron(cron, { ...(timezone !== undefined && { timezone }), paused: true }).nextRun(new Date(afterMs))?.getTime();
  } catch (cause) {
    throw new ConfigurationError(`remind: '${cron}'${timezone === undefined ? '' : ` in '${timezone}'`} is no cron pattern: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
