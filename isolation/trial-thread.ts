import type { Codec } from '../protocol/codec/index.js';
import { unpackBatch, type PackedBatch } from './packed-batch.js';
import type { BeginLife, Life, LifeParts, ThreadPlan } from './thread-life.js';
import { READY, TO_SILO } from './thread-messages.js';
import { errorFromWire } from './wire-value.js';

/** Longer than any module should take to load. */
const LIMIT_MS = 30_000;

/** Whether a thread can load the modules, in a thread that ends with the answer: rejects with what keeps it from that. */
export async function tryModules(modules: readonly string[], limits: Pick<ThreadPlan, 'memoryLimitMb' | 'memory'>, parts: LifeParts & { readonly codec: Codec; readonly begin: BeginLife }): Promise<void> {
  let life: Life | undefined;
  let timer: { cancel(): void } | undefined;
  const { clock, codec } = parts;
  const plan: ThreadPlan = { name: 'trial', modules: () => modules, turnLimitMs: LIMIT_MS, ...limits };
  try {
    await new Promise<void>((resolve, reject: (error: Error) => void) => {
      timer = clock.setTimer(() => reject(new Error(`the modules did not load within ${LIMIT_MS} ms`)), LIMIT_MS);
      const died = (thrown: unknown, exitCode: number | undefined): void => reject(thrown instanceof Error ? thrown : new Error(`their thread exited with code ${exitCode ?? 0} while it loaded them`));
      const heard = (packed: PackedBatch): void => {
        const batch = unpackBatch(packed);
        for (let at = 0; at < batch.length; at += 1 + TO_SILO[batch[at] as number]!) {
          if (batch[at] !== READY) continue;
          if (batch[at + 1] === undefined) resolve();
          else reject(errorFromWire(batch[at + 1], codec));
        }
      };
      life = parts.begin(plan, parts, { heard, died });
    });
  } finally {
    timer?.cancel();
    await life?.end();
  }
}
