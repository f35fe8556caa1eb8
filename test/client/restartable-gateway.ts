import { SystemClock } from '../../protocol/system-clock.js';
import { openGateway, type RunningGateway } from '../../silo/gateway/open-gateway.js';
import { resolveGatewayOptions } from '../../silo/options/gateway-options.js';
import { memorySilo, type TestSilo } from '../support/memory-silo.js';

/** A silo in memory whose gateway stops and comes back on the same port, over real Socket.IO. The actors go on meanwhile. */
export class RestartableGateway {
  readonly silo: TestSilo;
  private running: RunningGateway | undefined;
  private port = 0;

  /** `options`: as `gateway` of `startSilo`. */
  constructor(classes: readonly object[], private readonly options: object, silo?: TestSilo) {
    this.silo = silo ?? memorySilo(classes);
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const { runtime, log } = this.silo;
    const options = resolveGatewayOptions({ ...this.options, port: this.port }, 'gateway');
    this.running = await openGateway(options, { backend: runtime.backend, codec: runtime.codec, clock: new SystemClock(), log, resumeSecret: 'secret' });
    this.port = Number(new URL(this.running.address).port);
  }

  async stop(): Promise<void> {
    await this.running?.stop();
    this.running = undefined;
  }
}

/** Resolves when the client is in this state. */
export function stateOf(client: { on(name: 'state', listener: (state: string) => void): () => void; readonly state: string }, wanted: string): Promise<void> {
  if (client.state === wanted) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = client.on('state', (state) => {
      if (state !== wanted) return;
      stop();
      resolve();
    });
  });
}
