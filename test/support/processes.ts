// Processes that tests start: their output, their end, and that none outlives its test run.
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { signalChild } from '../../silo/signal-child.js';

/** How a process ended: with a code, or by a signal. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessSettings {
  /** Added to our environment, from which npm's variables and every `TROUPE_` one but the mark of the test run are taken away. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const TROUPE_BIN = fileURLToPath(new URL('../../silo/cli/troupe.js', import.meta.url));
const TAKEN_AWAY = /^(npm_|TROUPE_(?!TEST_RUN$))/;

/** A Node process under test. Dispose it (`await using`) or await `ended`. */
export class TestProcess implements AsyncDisposable {
  stdout = '';
  stderr = '';
  readonly ended: Promise<ProcessEnd>;
  private readonly child: ChildProcess;
  private readonly watchers = new Set<() => void>();
  private hasEnded = false;

  constructor(args: readonly string[], settings: ProcessSettings = {}) {
    const inherited = Object.entries(process.env).filter(([name]) => !TAKEN_AWAY.test(name));
    const env = { ...Object.fromEntries(inherited), ...settings.env };
    this.child = spawn(process.execPath, args, { cwd: settings.cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.onOutput('stdout', text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => this.onOutput('stderr', text));
    const killWithUs = () => signalChild(this.child, 'SIGKILL');
    process.once('exit', killWithUs);
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => {
        process.off('exit', killWithUs);
        this.hasEnded = true;
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
        for (const watcher of this.watchers) watcher();
      });
    });
  }

  /** The bin `troupe` with these flags. */
  static troupe(flags: readonly string[], settings: ProcessSettings = {}): TestProcess {
    return new TestProcess([TROUPE_BIN, ...flags], settings);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  kill(signal: NodeJS.Signals): void {
    signalChild(this.child, signal);
  }

  /** The first match on stdout, once it is there. Rejects, with all output, when the process ends or `timeoutMs` pass before. */
  waitForOutput(pattern: RegExp, timeoutMs = 30_000, stream: 'stdout' | 'stderr' = 'stdout'): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => {
        clearTimeout(timer);
        this.watchers.delete(look);
        outcome();
      };
      const fail = (what: string) => settle(() => reject(new Error(`waiting for ${String(pattern)} on ${stream}: ${what}; stdout: ${this.stdout}; stderr: ${this.stderr}`)));
      const look = () => {
        const match = pattern.exec(this[stream]);
        if (match) settle(() => resolve(match));
        else if (this.hasEnded) fail('the process has ended');
      };
      const timer = setTimeout(() => fail(`nothing after ${timeoutMs} ms`), timeoutMs);
      this.watchers.add(look);
      look();
    });
  }

  /** Kills the process if it still runs, and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    signalChild(this.child, 'SIGKILL');
    await this.ended;
  }

  private onOutput(stream: 'stdout' | 'stderr', text: string): void {
    this[stream] += text;
    for (const watcher of this.watchers) watcher();
  }
}

/** A TCP port of 127.0.0.1 that nobody used a moment ago. */
export async function freePort(): Promise<number> {
  const { port, release } = await takePort();
  await release();
  return port;
}

/** Listens on a port of 127.0.0.1 until released. */
export function takePort(): Promise<{ readonly port: number; release(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({ port, release: () => new Promise((released) => server.close(() => released())) });
    });
  });
}
