// SiloProcess: one silo as this process' whole purpose. Owns: its signals and exit codes. Does not own: the silo's own start and stop.
import { constants } from 'node:os';
import { inspect } from 'node:util';
import type { SiloOptions } from '../silo-options.js';
import { isSupervised, reportToSupervisor } from '../silo-report.js';

/** What the command line needs of a silo. */
export interface RunningSilo {
  readonly id: string;
  /** `http://host:port`; absent without a gateway. */
  readonly gatewayAddress?: string | undefined;
  stop(options?: { readonly force?: boolean }): Promise<void>;
  on(event: 'fenced', listener: (reason: unknown) => void): unknown;
}

/** `startSilo`, which rejects with what `describeStartupFailure` tells. */
export type StartSilo = (options: SiloOptions) => Promise<RunningSilo>;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** Under npm a Ctrl-C can arrive twice, from the terminal and passed on by npm: what follows this soon is the same one. */
const ECHO_MS = process.env.npm_lifecycle_event === undefined ? 0 : 200;
const KEEP_ALIVE_MS = 60_000;
const FENCED_EXIT_CODE = 3;
/** How long a silo that lost its cluster may take to let go before the process ends anyway. */
const FENCED_STOP_MS = 2_000;

/** Runs a silo until a signal stops it or its cluster declares it dead; then ends the process. */
export class SiloProcess {
  private silo: RunningSilo | undefined;
  private stopSignal: NodeJS.Signals | undefined;
  private signalledAt = 0;

  constructor(private readonly startSilo: StartSilo) {}

  /** Resolves when the silo runs. A signal that comes before that stops it as soon as it does. */
  async start(options: SiloOptions): Promise<void> {
    for (const signal of SIGNALS) process.on(signal, () => this.onSignal(signal));
    // A silo whose supervisor is gone would be watched by nobody, and in the way of the next one's.
    if (isSupervised()) process.once('disconnect', () => this.onSignal('SIGTERM'));
    // One forgotten await in one actor is no reason to end all of them.
    process.on('unhandledRejection', (reason) => tellFault('a promise was rejected and nobody awaited it; the silo goes on', reason));
    process.on('uncaughtException', (error) => this.onUncaught(error));
    // A silo in memory and without a gateway holds nothing that would keep the process.
    setInterval(() => {}, KEEP_ALIVE_MS);
    const silo = await this.startSilo(options);
    silo.on('fenced', (reason) => void this.onFenced(silo, reason));
    this.silo = silo;
    if (this.stopSignal !== undefined) return this.stop(silo);
    if (isSupervised()) await reportToSupervisor({ kind: 'running', siloId: silo.id, gateway: addressOf(silo) });
    else process.stdout.write(`${describe(silo, options)}\n`);
  }

  private onSignal(signal: NodeJS.Signals): void {
    if (this.stopSignal !== undefined) {
      if (performance.now() - this.signalledAt >= ECHO_MS) process.exit(128 + constants.signals[signal]);
      return;
    }
    this.stopSignal = signal;
    this.signalledAt = performance.now();
    if (this.silo) void this.stop(this.silo);
  }

  /** Nobody knows what such an error left half done: the silo stops in good order, and whoever watches it starts it again. */
  private onUncaught(error: Error): void {
    tellFault('an error was thrown outside any turn; the silo stops', error);
    process.exitCode = 1;
    if (!this.silo) process.exit(1);
    void this.silo.stop().finally(() => process.exit(1));
  }

  private async stop(silo: RunningSilo): Promise<void> {
    try {
      await silo.stop();
      process.exit(0);
    } catch (error) {
      process.stderr.write(`troupe: the silo did not stop cleanly: ${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    }
  }

  private async onFenced(silo: RunningSilo, reason: unknown): Promise<void> {
    process.stderr.write(`troupe: the cluster declared this silo dead (${String(reason)}); it stops, start it again\n`);
    setTimeout(() => process.exit(FENCED_EXIT_CODE), FENCED_STOP_MS);
    await silo.stop({ force: true }).catch(() => undefined);
    process.exit(FENCED_EXIT_CODE);
  }
}

/** As Node would: with code, data fields and causes. */
function tellFault(what: string, cause: unknown): void {
  process.stderr.write(`troupe: ${what}: ${cause instanceof Error ? inspect(cause) : String(cause)}\n`);
}

function describe(silo: RunningSilo, options: SiloOptions): string {
  const address = addressOf(silo);
  if (address === undefined) return 'Troupe is running, without a gateway.';
  return options.gateway?.page === undefined ? `Troupe is running. Clients connect to ${address}` : `Troupe is running. Open ${address}`;
}

/** As this machine opens it. */
function addressOf({ gatewayAddress }: RunningSilo): string | undefined {
  return gatewayAddress?.replace(/\/\/(0\.0\.0\.0|\[::\])(?=[:/]|$)/, '//127.0.0.1');
}
