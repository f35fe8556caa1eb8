import { createCodec } from '../../protocol/codec/index.js';
import type { Envelope } from '../../protocol/envelope.js';
import type { FrameNetwork, Peer } from '../../protocol/ports/frame-network.js';
import type { Clock } from '../../protocol/ports/clock.js';
import { LinkPool } from '../../silo/links/link-pool.js';
import { createLogger } from '../../silo/log.js';

/** The actors that are called. */
export const KEYS = Array.from({ length: 1000 }, (_, index) => `actor-${index}`);

/** The links of a silo that does what actors with one counter each would do, without the actors. It listens. */
export async function openCountingPool(network: FrameNetwork, { siloId, incarnation }: Peer, clock: Clock): Promise<LinkPool> {
  const counts = new Map(KEYS.map((key) => [key, 0]));
  const invoke = ({ target, args }: Envelope): Promise<unknown> => {
    const value = counts.get(target.key)! + (args[0] as number);
    counts.set(target.key, value);
    return Promise.resolve(value);
  };
  const pool = new LinkPool({
    network, clock, codec: createCodec(), self: { siloId, incarnation }, log: createLogger('warn', { siloId }), handler: { invoke, control: (_topic, body) => Promise.resolve(body) },
  });
  await pool.start();
  return pool;
}
