import { connect, type Client, type ClientHandle } from '../../sdk/client/index.js';
import type { Account } from './target.js';

/** Latencies of one phase, in milliseconds. */
export interface Latencies {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

const CALLS_PER_SECOND = 50;

/** Well-behaved clients: each calls at a steady rate, whether or not its last call has been answered, and notes how long it took. */
export class GoodClients implements AsyncDisposable {
  private latencies: number[] = [];
  private failed = 0;
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly underWay = new Set<Promise<void>>();

  private constructor(private readonly clients: readonly Client[]) {}

  static async join(address: string, count: number): Promise<GoodClients> {
    const clients = await Promise.all(Array.from({ length: count }, (_, index) => connect({ address, token: `good-${index}` })));
    const good = new GoodClients(clients);
    clients.forEach((client, index) => {
      const account = client.actor<Account>('account', `good-${index}`);
      good.timers.push(setInterval(() => good.call(account), 1000 / CALLS_PER_SECOND));
    });
    return good;
  }

  /** Starts a phase; what is under way belongs to it. */
  reset(): void {
    this.latencies = [];
    this.failed = 0;
  }

  /** Calls of this phase that were answered. */
  get count(): number {
    return this.latencies.length;
  }

  /** The phase until now, once what is under way has ended. */
  async read(): Promise<Latencies> {
    const { latencies } = this;
    await Promise.all(this.underWay);
    const sorted = [...latencies].sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
    return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), failed: this.failed };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all(this.underWay);
    await Promise.all(this.clients.map((client) => client.close()));
  }

  private call(account: ClientHandle<Account>): void {
    const startMs = performance.now();
    const { latencies } = this;
    const call = account.add(1).then(
      () => void latencies.push(performance.now() - startMs),
      () => void this.failed++,
    );
    this.underWay.add(call);
    void call.finally(() => this.underWay.delete(call));
  }
}
