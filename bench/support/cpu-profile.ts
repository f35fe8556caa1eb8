import { readFileSync } from 'node:fs';
import { Session, type Profiler } from 'node:inspector/promises';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A function and the share of all samples that fell into its own code. */
export interface ProfileEntry {
  readonly name: string;
  /** `silo/turns/mailbox.ts:61`; empty for what is V8's own. */
  readonly place: string;
  readonly selfShare: number;
}

const SAMPLING_INTERVAL_US = 200;
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Runs `work` under V8's sampling profiler; the functions by own time, largest first. What waits counts as `(idle)` and is left out. */
export async function profile(work: () => Promise<void>): Promise<readonly ProfileEntry[]> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_US });
    await session.post('Profiler.start');
    await work();
    const { profile: taken } = await session.post('Profiler.stop');
    return addUp(taken);
  } finally {
    session.disconnect();
  }
}

function addUp({ nodes }: Profiler.Profile): readonly ProfileEntry[] {
  const hits = new Map<string, { name: string; frame: { url: string; lineNumber: number; columnNumber: number }; hits: number }>();
  let all = 0;
  for (const { callFrame, hitCount = 0 } of nodes) {
    if (callFrame.functionName === '(idle)' || hitCount === 0) continue;
    all += hitCount;
    const { functionName, url, lineNumber, columnNumber } = callFrame;
    const key = `${functionName} ${url}:${lineNumber}:${columnNumber}`;
    const known = hits.get(key);
    if (known) known.hits += hitCount;
    else hits.set(key, { name: functionName || '(anonymous)', frame: callFrame, hits: hitCount });
  }
  const maps = new SourceMaps();
  return [...hits.values()]
    .sort((a, b) => b.hits - a.hits)
    .map(({ name, frame, hits: own }) => ({ name, place: maps.place(frame), selfShare: own / all }));
}

/** The compiler's maps beside the compiled files: where a function stands in the source. */
class SourceMaps {
  private readonly maps = new Map<string, SourceMap | undefined>();

  place({ url, lineNumber, columnNumber }: { readonly url: string; readonly lineNumber: number; readonly columnNumber: number }): string {
    if (!url.startsWith('file:')) return url === '' ? '' : `${url}:${lineNumber + 1}`;
    const file = fileURLToPath(url);
    const entry = this.mapOf(file)?.findEntry(lineNumber, columnNumber);
    if (!entry || !('originalSource' in entry)) return `${relative(ROOT, file)}:${lineNumber + 1}`;
    const source = fileURLToPath(new URL(entry.originalSource, url));
    return `${relative(ROOT, source)}:${entry.originalLine + 1}`;
  }

  private mapOf(file: string): SourceMap | undefined {
    if (!this.maps.has(file)) this.maps.set(file, readMap(file));
    return this.maps.get(file);
  }
}

function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')) as SourceMapPayload);
  } catch {
    // Compiled without a map (a library): its own lines are told.
    return undefined;
  }
}
