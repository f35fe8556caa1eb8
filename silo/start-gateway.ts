import { ConfigurationError } from '../protocol/errors/index.js';
import type { Clock, Logger } from '../protocol/ports/index.js';
import { publicAddress, type ClusterGateways } from './cluster-gateways.js';
import { openGateway, type RunningGateway } from './gateway/open-gateway.js';
import type { ResolvedSiloOptions } from './silo-options.js';
import type { SiloRuntime } from './silo-runtime.js';

/** What the gateway needs of its silo. */
export interface GatewayContext {
  readonly clock: Clock;
  readonly log: Logger;
  readonly gateways: ClusterGateways;
  readonly joining: Promise<{ readonly genesis: string }>;
}

/** Opens the gateway that the options ask for, if any; clients wait until the silo has joined. Throws `ConfigurationError` for a session type that no module has. */
export async function startGateway(options: ResolvedSiloOptions, runtime: SiloRuntime, { clock, log, gateways, joining }: GatewayContext): Promise<RunningGateway | undefined> {
  if (!options.gateway) return undefined;
  const { session } = options.gateway;
  if (session !== undefined && !runtime.types.get(session)) {
    throw new ConfigurationError(`gateway.session: no module exports an actor named '${session}'; it has ${[...runtime.types.all()].map(({ name }) => name).join(', ')}`);
  }
  let resumeSecret = '';
  const ready = joining.then(({ genesis }) => (resumeSecret = `${options.secrets[0] ?? ''}${genesis}`));
  const gateway = await openGateway(options.gateway, { backend: runtime.backend, codec: runtime.codec, clock, log, gateways, ready, resumeSecret: () => resumeSecret });
  gateways.own = publicAddress(options.gateway.advertise, gateway.address);
  return gateway;
}
