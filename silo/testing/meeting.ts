import { SiloUnavailableError } from '../../protocol/errors/index.js';
import type { ProcessSilo } from './process-silo.js';

const MEET_MS = 10_000;

/** Resolves when all these silos know each other. */
export async function meeting(silos: readonly ProcessSilo[]): Promise<void> {
  const siloIds = silos.map(({ siloId }) => siloId);
  const timer = { late: undefined as ReturnType<typeof setTimeout> | undefined };
  const late = new Promise<never>((_, reject) => {
    timer.late = setTimeout(() => reject(new SiloUnavailableError(`the silos ${siloIds.join(', ')} did not meet within ${MEET_MS} ms`)), MEET_MS);
  });
  await Promise.race([Promise.all(silos.map((silo) => silo.meet(siloIds))), late]).finally(() => clearTimeout(timer.late));
}
