#!/usr/bin/env node
// The bin `troupe`: flags, environment and config file become the options of one silo, or of several in processes of their own.
import { resolveSiloOptions } from '../silo-options.js';
import { isSupervised, reportToSupervisor } from '../silo-report.js';
import { parseCommandLine, type Setting } from './command-line.js';
import { readConfiguration } from './configuration.js';
import { countSilos } from './flags.js';
import { deploy } from './deploy.js';
import { HeldLog } from './held-log.js';
import { printHelp, printVersion } from './help.js';
import { SiloProcess } from './silo-process.js';
import { describeStartupFailure, type StartupFailure } from './startup-failure.js';

function main(): Promise<void> | void {
  try {
    if (process.argv[2] === 'deploy') return deploy(process.argv.slice(3), process.env);
    const { action, settings } = parseCommandLine(process.argv.slice(2), process.env);
    if (action === 'run') return countSilos(settings) > 1 ? runSeveral(settings) : run(settings);
    process.stdout.write(action === 'help' ? printHelp() : `${printVersion()}\n`);
  } catch (error) {
    tell(describeStartupFailure(error));
  }
}

async function run(settings: readonly Setting[]): Promise<void> {
  let heldLog: HeldLog | undefined;
  try {
    const options = await readConfiguration(settings, [process.env.TROUPE_SECRET, process.env.TROUPE_SECRET_OTHER]);
    const { log } = resolveSiloOptions(options);
    if (typeof log === 'string') heldLog = new HeldLog(log);
    // Loaded late: a wrong flag is told without waiting for the runtime.
    const { startSilo } = await import('../silo.js');
    await new SiloProcess(startSilo).start({ ...options, log: heldLog?.logger ?? options.log });
    heldLog?.release();
  } catch (error) {
    const failure = describeStartupFailure(error);
    if (failure.exitCode === 1) heldLog?.release();
    // All silos of a supervisor fail alike: it says so, once.
    if (failure.exitCode !== 2 || !isSupervised()) return tell(failure);
    await reportToSupervisor({ kind: 'refused', line: failure.line });
    process.exit(failure.exitCode);
  }
}

async function runSeveral(settings: readonly Setting[]): Promise<void> {
  try {
    const options = await readConfiguration(settings, [process.env.TROUPE_SECRET, process.env.TROUPE_SECRET_OTHER]);
    const { startFleet } = await import('./fleet-process.js');
    const fleet = await startFleet(countSilos(settings), options, process.argv.slice(2));
    void fleet.ended.then(({ exitCode, refused }) => {
      if (refused === undefined) process.exit(process.exitCode ?? exitCode);
      tell({ line: refused, exitCode: 2 });
    });
  } catch (error) {
    tell(describeStartupFailure(error));
  }
}

/** Exits once the line is out; what the failed start left open must not keep the process. */
function tell({ line, exitCode, detail }: StartupFailure): void {
  process.stderr.write(`troupe: ${line}\n${detail === undefined ? '' : `${detail}\n`}`, () => process.exit(exitCode));
}

await main();
