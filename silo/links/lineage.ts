import type { Chain } from '../../protocol/envelope.js';
import { CallChain } from '../turns/call-chain.js';

/** More parents than this are not told to other silos. */
export const MAX_LINEAGE = 64;

/** Ids of the chain and of its parents, nearest first: what another silo needs to know what the chain may re-enter. */
export function lineageOf(chain: Chain): readonly string[] {
  if (chain.lineage !== undefined) return chain.lineage;
  if (!(chain instanceof CallChain) || chain.parent === undefined) return [chain.id];
  const ids: string[] = [];
  for (let next: CallChain | undefined = chain; next && ids.length < MAX_LINEAGE; next = next.parent) ids.push(next.id);
  return ids;
}
