// FleetProcess: several silos, a process each, as this process' whole purpose. Owns: its signals and exit code, and the way to Redis by which it
// says whose process has ended. It does that itself, and asks no silo to: it must also be said when all have ended.
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { SystemClock } from '../../protocol/system-clock.js';
import { RedisWitness } from '../../state/redis-witness.js';
import type { RedisSource } from '../../state/redis-source.js';
import { createLogger } from '../log.js';
import { resolveSiloOptions, type ResolvedSiloOptions, type SiloOptions } from '../silo-options.js';
import { Supervisor, type FleetEnd } from '../supervisor.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** As in SiloProcess. */
const ECHO_MS = process.env.npm_lifecycle_event === undefined ? 0 : 200;
const BIN = fileURLToPath(new URL('./troupe.js', import.meta.url));

/** Several silos that are starting or run. */
export interface Fleet {
  readonly ended: Promise<FleetEnd>;
}

/**
 * Starts `count` silos with the arguments of this process; a signal stops them. Throws `ConfigurationError` for options that several silos cannot
 * have, and a Redis that cannot be reached.
 */
export async function startFleet(count: number, options: SiloOptions, args: readonly string[]): Promise<Fleet> {
  const resolved = resolveSiloOptions(options);
  const clock = new SystemClock();
  const witness = await RedisWitness.open(checkShared(count, resolved), { cluster: resolved.cluster, clock });
  const supervisor = new Supervisor({
    silos: count, file: BIN, clock,
    args: (index) => [...args, '--silos', '1', ...portsOf(resolved, index)],
    log: typeof resolved.log === 'object' ? resolved.log : createLogger(resolved.log, {}),
    sawEnd: (siloId) => witness.sawEnd(siloId),
    onRunning: (gateways) => process.stdout.write(`${describe(count, gateways, resolved.gateway?.page !== undefined)}\n`),
  });
  passSignals(supervisor);
  supervisor.start();
  return { ended: supervisor.ended.finally(() => witness.close()) };
}

function passSignals(supervisor: Supervisor): void {
  let signalledAtMs = -Infinity;
  let signals = 0;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (performance.now() - signalledAtMs < ECHO_MS) return;
      signalledAtMs = performance.now();
      if (++signals === 2) process.exitCode = 128 + constants.signals[signal];
      supervisor.signal(signal);
    });
  }
}

/** Throws when the silos would be no cluster, or could not be told apart. */
function checkShared(count: number, { redis, advertise }: ResolvedSiloOptions): RedisSource {
  if (redis === undefined) throw new ConfigurationError(`--silos ${count}: several silos meet in a Redis, and none is configured; start one and say where with --redis URL`);
  if (advertise !== undefined) throw new ConfigurationError(`--silos ${count}: several silos cannot have one address (advertise: '${advertise}'); leave it out`);
  return redis instanceof URL ? redis.href : (redis as RedisSource);
}

/** Ports that are given belong to the first silo, those above them to the others; the last flag wins. */
function portsOf({ gateway, listen }: ResolvedSiloOptions, index: number): readonly string[] {
  const flag = (name: string, port: number | undefined): readonly string[] => (port === undefined ? [] : [name, String(port === 0 ? 0 : port + index)]);
  return [...flag('--gateway-port', gateway?.port), ...flag('--port', listen.port)];
}

function describe(count: number, gateways: readonly string[], hasPage: boolean): string {
  if (gateways.length === 0) return `Troupe is running on ${count} silos, without a gateway.`;
  return `Troupe is running on ${count} silos. ${hasPage ? 'Open' : 'Clients connect to'} ${gateways.join(', ')}`;
}
