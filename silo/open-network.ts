import { SocketFrameNetwork } from '../transport/socket-frame-network.js';
import type { ResolvedSiloOptions } from './silo-options.js';

/** Taken when it is free and the options name none. */
const DEFAULT_PORT = 11_111;

/** The network by which a silo with these options reaches the others, and they it. */
export function openNetwork(siloId: string, options: ResolvedSiloOptions, incarnation: () => string): SocketFrameNetwork {
  const { cluster, secrets, listen, advertise } = options;
  return new SocketFrameNetwork({
    siloId, incarnation, cluster, secrets,
    host: listen.host, port: listen.port ?? DEFAULT_PORT, orAnotherPort: listen.port === undefined, advertise,
  });
}
