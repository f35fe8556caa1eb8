import type { ClassMetadata } from '../../decorators/index.js';
import { isWireName } from '../../protocol/actor-id.js';
import type { Codec } from '../../protocol/codec/index.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import type { ClientListener, Clock, Logger } from '../../protocol/ports/index.js';
import { PacedQueue } from '../../transport/paced-queue.js';
import { SocketClientListener } from '../../transport/socket-client-listener.js';
import type { ResolvedGatewayOptions } from '../silo-options.js';
import { Access } from './access.js';
import { Authentication } from './authentication.js';
import { ClientFailures } from './client-failures.js';
import { ClientBudgets, MESSAGE_BURST_PER_CALL, MESSAGES_PER_CALL } from './client-budgets.js';
import { Gateway } from './gateway.js';
import type { GatewayBackend } from './gateway-backend.js';
import type { GatewayAddresses } from './gateway-addresses.js';
import { HttpServer } from './http-server.js';
import { StaticFiles } from './static-files.js';
import { warmUp } from './warm-up.js';

/** An open gateway. */
export interface RunningGateway {
  /** `http://host:port`. */
  readonly address: string;
  stop(): Promise<void>;
}

/** The parts of a silo that its gateway works with. */
export interface GatewayCollaborators {
  readonly backend: GatewayBackend;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly log: Logger;
  /** Signs resume tokens; a function is asked when the first client is admitted. */
  readonly resumeSecret: string | (() => string);
  /** Nobody is admitted before. */
  readonly ready?: Promise<unknown>;
  /** Of the whole cluster; pages of these gateways may connect to this one. */
  readonly gateways?: GatewayAddresses;
  /** Where clients take turns that are beyond their allowance; default: a queue of the gateway's own. */
  readonly heavy?: PacedQueue;
}

/** Room for headers and for a few calls in one frame. */
const FRAME_SLACK_BYTES = 1_048_576;
/** Packets beside frames, each of which takes two: a client that floods is told so by its session before its packets run out. */
const HEARTBEATS = 1000;

const UNOPENED: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken; end what uses it, or give another gateway.port',
  EACCES: 'may not be opened by this user; give a gateway.port above 1023',
  EADDRNOTAVAIL: 'cannot be opened: that is no address of this machine; give another gateway.host',
};

/** Opens the port: page, health check and client connections. Rejects with a `ConfigurationError` when the port cannot be had. */
export async function openGateway(options: ResolvedGatewayOptions, collaborators: GatewayCollaborators): Promise<RunningGateway> {
  const http = new HttpServer(new StaticFiles(options.page), options.host, options.port);
  const { origins, limits } = options;
  const packets = { perSecond: 2 * MESSAGES_PER_CALL * limits.callsPerSecond, burst: 2 * MESSAGE_BURST_PER_CALL * limits.burst + HEARTBEATS };
  const listener = new SocketClientListener(http.server, { origins: () => withSiblings(origins, collaborators.gateways), maxFrameBytes: limits.bytes + FRAME_SLACK_BYTES, packets });
  const heavy = new PacedQueue();
  const gateway = createGateway(options, listener, { ...collaborators, heavy });
  await gateway.start();
  const address = await http.start().catch(async (error: unknown) => {
    await gateway.stop();
    throw unopened(error);
  });
  warmUp(collaborators.codec, heavy);
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await gateway.stop();
    await http.stop();
  };
  return { address, stop: () => (stopped ??= stop()) };
}

/** Whose page came from one gateway may go on at another, also when the first is gone. */
function withSiblings(origins: ResolvedGatewayOptions['origins'], gateways: GatewayAddresses | undefined): ResolvedGatewayOptions['origins'] {
  return origins === '*' || !gateways ? origins : [...origins, ...gateways.origins()];
}

/** The gateway over any listener. */
export function createGateway(options: ResolvedGatewayOptions, listener: ClientListener, collaborators: GatewayCollaborators): Gateway {
  const { backend, codec, clock, log, resumeSecret, gateways, ready, heavy = new PacedQueue() } = collaborators;
  return new Gateway(listener, {
    backend, codec, clock, log, gateways, ready,
    heavy,
    budgets: new ClientBudgets(options.limits, clock),
    limits: options.limits,
    failures: new ClientFailures(codec, log, backend.siloId),
    session: options.session,
    access: new Access(backend, options, log),
    authentication: new Authentication(options.authenticate, typeof resumeSecret === 'function' ? resumeSecret : () => resumeSecret, codec, clock, log),
    readOnlyMethods: [...backend.actorTypes].flatMap((type) => [...readOnly(type.name, type), ...type.components().flatMap((part) => readOnly(`${type.name}#${part.name}`, part))]),
  });
}

function readOnly(name: string, metadata: ClassMetadata): string[] {
  return [...metadata.methods.values()].filter((method) => method.public && method.readOnly && isWireName(method.name)).map((method) => `${name}.${method.name}`);
}

/** Why a port was not opened, where that is the configuration's doing; anything else as it is. */
function unopened(error: unknown): unknown {
  const { code, port, address } = error as { readonly code?: string; readonly port?: number; readonly address?: string };
  const reason = code === undefined ? undefined : UNOPENED[code];
  return reason === undefined ? error : new ConfigurationError(`gateway: port ${port} of ${address} ${reason}`, { cause: error });
}
