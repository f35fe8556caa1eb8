// `npm start`: builds what is stale, then runs the command line (the bin `troupe`) with the given flags. Without any, it runs the example game.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root } from './build/root.mjs';
import { report } from './failure.mjs';
import { watchForOrphaning } from './orphan-watch.mjs';

const EXAMPLE = 'dist/examples/arena/silo.js';
/** Flags and variables that say what to run; without any of them the example game is run. */
const CHOICES = /^--(modules|config|help|version)(=|$)|^-[hv]$/;
const CHOICE_VARIABLES = ['TROUPE_MODULES', 'TROUPE_CONFIG'];

async function start() {
  await build();
  const args = process.argv.slice(2);
  const isChosen = args.some((arg) => CHOICES.test(arg)) || CHOICE_VARIABLES.some((name) => process.env[name]);
  const chosen = isChosen ? args : ['--config', join(root, EXAMPLE), ...args];
  const child = spawn(process.execPath, [join(root, 'dist/silo/cli/troupe.js'), ...chosen], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  watchForOrphaning(() => child.kill('SIGTERM'));
  child.once('error', report);
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

start().catch(report);
