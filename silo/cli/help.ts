import { readFileSync } from 'node:fs';
import { FLAGS } from './flags.js';

/** The text of --help: every flag with its variable, and the exit codes. */
export function printHelp(): string {
  const rows = FLAGS.map((flag) => [`--${flag.name} ${flag.value}`, flag.variable, flag.help] as const);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)) + 2);
  const lines = rows.map(([flag, variable, help]) => `  ${flag.padEnd(widths[0] ?? 0)}${variable.padEnd(widths[1] ?? 0)}${help}`);
  return `troupe: runs a silo.

  troupe --modules './dist/actors/*.js' --gateway-port 3000 --auth anonymous

Flags, the same as environment variables (flags win over variables, both over the config file):
${lines.join('\n')}
  --help, --version

--modules and --label may be repeated, or hold several values with commas. TROUPE_SECRET has no flag, nor has
TROUPE_SECRET_OTHER, a second one that is accepted while one is exchanged for another.

troupe deploy begin | troupe deploy end [--lock FILE]: makes and removes the file that --deploy-lock names. Copy modules in between.

With --silos n, a process for each silo: silo i takes --gateway-port + i (and --port + i, when given), and is started again when it ends.

SIGTERM and SIGINT stop the silo: it finishes what it is doing and exits with 0; a second signal cuts that short.
Exit codes: 0 stopped, 1 failed, 2 wrong usage or surroundings (one line says which), 3 declared dead by its cluster,
130 and 143 cut short by SIGINT and SIGTERM.
`;
}

/** The package's version. */
export function printVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
