// `npm start`: builds what is stale, then becomes the command line (the bin `troupe`) with the given flags. Without any that say what to
// run, it runs the example game. The command line runs in this process: a Ctrl-C reaches it once, and nothing is left when we are killed.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { root } from './build/root.mjs';
import { report } from './failure.mjs';
import { watchForOrphaning } from './orphan-watch.mjs';

const EXAMPLE = join(root, 'dist/examples/arena/silo.js');
const BIN = join(root, 'dist/silo/cli/troupe.js');
/** Flags and variables that say what to run. */
const CHOICES = /^--(modules|config|help|version)(=|$)|^-[hv]$/;
const CHOICE_VARIABLES = ['TROUPE_MODULES', 'TROUPE_CONFIG'];

async function start() {
  await build();
  const args = process.argv.slice(2);
  const isChosen = args.some((arg) => CHOICES.test(arg)) || CHOICE_VARIABLES.some((name) => process.env[name]);
  process.argv = [process.argv[0], BIN, ...(isChosen ? args : ['--config', EXAMPLE, ...args])];
  // Ends the silo when npm is gone, unless it is ending already: a second signal would cut that short.
  let isStopping = false;
  watchForOrphaning(() => isStopping || process.kill(process.pid, 'SIGTERM'));
  await import(pathToFileURL(BIN).href);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => (isStopping = true));
}

start().catch(report);
