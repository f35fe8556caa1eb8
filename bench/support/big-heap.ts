import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const MARK = 'TROUPE_BENCH_HEAP';

/**
 * Runs `main` in a process whose heap may grow to `megabytes`: in a child with the same script and arguments, unless this is that child. Its
 * output goes where ours goes, its exit code becomes ours, and it ends with us. A heap of its own also keeps measurements apart.
 */
export async function withHeapOf(megabytes: number, main: () => Promise<void>): Promise<void> {
  if (process.env[MARK] !== undefined) return main();
  const flags = [`--max-old-space-size=${megabytes}`, '--expose-gc'];
  const child = spawn(process.execPath, [...flags, ...process.argv.slice(1)], { stdio: 'inherit', env: { ...process.env, [MARK]: String(megabytes) } });
  const end = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  process.once('exit', () => void child.kill('SIGKILL'));
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
  });
}
