import { Client } from '../../sdk/client/client.js';
import { createGateway } from '../../silo/gateway/open-gateway.js';
import { resolveGatewayOptions } from '../../silo/options/gateway-options.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryClientListener } from '../../transport/memory-client-link.js';
import { memorySilo, type TestSilo } from '../support/memory-silo.js';

/** A whole silo in memory with its gateway and a virtual clock. The token is the identity's id. */
export interface GatewaySilo extends TestSilo {
  readonly clock: VirtualClock;
  readonly listener: MemoryClientListener;
  /** A client that has knocked: `started` settles as `connect` would. */
  knock(id: string): { readonly client: Client; readonly started: Promise<void> };
  /** A welcomed client. */
  join(id: string): Promise<Client>;
  /** The actors that are active now, as `type/key`. */
  active(): readonly string[];
  stop(): Promise<void>;
}

/** Starts one. `options`: as `gateway` of `startSilo`. */
export async function gatewaySilo(classes: readonly object[], options: object = {}): Promise<GatewaySilo> {
  const clock = new VirtualClock();
  const silo = memorySilo(classes, { clock });
  const listener = new MemoryClientListener();
  const { runtime, log } = silo;
  const resolved = resolveGatewayOptions({ authenticate: ({ token }: { token?: string }) => ({ id: token }), ...options }, 'gateway');
  const gateway = createGateway(resolved, listener, { backend: runtime.backend, codec: runtime.codec, clock, log, resumeSecret: 'secret' });
  await gateway.start();
  const clients: Client[] = [];
  const knock = (id: string): { readonly client: Client; readonly started: Promise<void> } => {
    const link = listener.link(() => ({ token: id, address: 'memory:', headers: {} }), clock);
    const client = new Client({ link, clock, timeoutMs: 30_000, onResumeToken: () => undefined });
    clients.push(client);
    return { client, started: client.start(() => undefined) };
  };
  return {
    ...silo, clock, listener, knock,
    join: async (id) => {
      const { client, started } = knock(id);
      await started;
      return client;
    },
    active: () => runtime.catalog.all().map(({ name }) => name).sort(),
    stop: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await gateway.stop();
      await runtime.stop();
    },
  };
}
