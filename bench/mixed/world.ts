// MixedWorld. Owns: one silo with a gateway on a real Redis, a proxy before the gateway that can cut connections, and the client that stays.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '../../sdk/client/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { TcpProxy } from '../../test/support/tcp-proxy.js';
import { whenAvailable } from '../support/available.js';
import { RedisProbe } from '../support/redis-probe.js';
import { Errand, MIXED_ACTORS } from './actors.js';

const REST_MS = 10_000;
const POLL_MS = 20;
const FORGOTTEN_MS = 45_000;
/** What the last look at them has asked of Redis is answered by then. */
const ANSWERED_MS = 1000;

export type MixedClient = Awaited<ReturnType<typeof connect>>;

export class MixedWorld implements AsyncDisposable {
  private constructor(readonly silo: Silo, readonly proxy: TcpProxy, readonly probe: RedisProbe) {}

  static async open(redis: string): Promise<MixedWorld> {
    const cluster = `mixed-${randomUUID()}`;
    const silo = await startSilo({
      modules: MIXED_ACTORS, redis, cluster, log: 'silent',
      gateway: { port: 0, session: 'mixed-guest', authenticate: ({ token }) => ({ id: token ?? 'nobody' }) },
    });
    return new MixedWorld(silo, await TcpProxy.start(silo.gatewayAddress!), new RedisProbe(redis, cluster));
  }

  get address(): string {
    return this.silo.gatewayAddress!;
  }

  /** A client of the gateway, or of the proxy before it. */
  client(name: string, throughProxy = false): Promise<MixedClient> {
    return connect(throughProxy ? this.proxy.url : this.address, { token: name });
  }

  /** Resolves when the silo answers: after a heap snapshot its lease has to be renewed first. */
  async available(): Promise<void> {
    await whenAvailable(() => this.silo.actor(Errand, 'first').run(1));
  }

  /** Resolves when every actor is asleep; rejects when one stays awake for ten seconds. */
  async rest(): Promise<void> {
    const end = performance.now() + REST_MS;
    while (this.silo.statistics().activations > 0) {
      if (performance.now() > end) {
        const awake = this.silo.activations().slice(0, 10).map(({ type, key }) => `${type}/${key}`);
        throw new Error(`${this.silo.statistics().activations} actors do not fall asleep: ${awake.join(', ')}`);
      }
      await delay(POLL_MS);
    }
  }

  /** Resolves when the silo has forgotten who had messages on their way: it keeps that a while (10 s), however fast the rounds go. */
  async forgotten(): Promise<void> {
    for (const end = performance.now() + FORGOTTEN_MS; (await this.probe.count('dirty/')) > 0; await delay(10 * POLL_MS)) {
      if (performance.now() > end) throw new Error(`actors seem to have messages on their way ${FORGOTTEN_MS} ms after they fell asleep`);
    }
    await delay(ANSWERED_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy.stop();
    await this.silo.stop();
    await this.probe.clear();
    await this.probe[Symbol.asyncDispose]();
  }
}
