// SiloProcess. Owns: one process of the bin `troupe` that hosts counters, or other actors, and what it says.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isSiloReport, SUPERVISED } from '../../silo/silo-report.js';

const BIN = fileURLToPath(new URL('../../silo/cli/troupe.js', import.meta.url));
const COUNTER = fileURLToPath(new URL('./counter.js', import.meta.url));
const START_MS = 60_000;
const KEPT = 4000;
/** What a silo says when a failover has lost commits of an actor that it holds (CommitQueue). */
const REWRITE = 'the whole state is written again';

export class SiloProcess {
  /** As the cluster knows it, once it runs. */
  siloId = '';
  /** When it ended, on `performance.now()`. */
  endedAtMs: number | undefined;
  code: number | null = null;
  wasKilled = false;
  stderr = '';
  /** How often it wrote an actor's whole state again. */
  rewrites = 0;
  readonly ended: Promise<unknown>;
  private readonly child: ChildProcess;

  private constructor(flags: readonly string[], modules: readonly string[]) {
    this.child = fork(BIN, ['--modules', ...modules, ...flags], { env: { ...process.env, [SUPERVISED]: '1' }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => this.hear(text));
    this.child.once('exit', (code) => Object.assign(this, { endedAtMs: performance.now(), code }));
    this.ended = once(this.child, 'exit');
  }

  /** Resolves when it runs; rejects with what it said when it does not. `hear`: what its modules send to this process. */
  static async start(flags: readonly string[], modules: readonly string[] = [COUNTER], hear?: (message: unknown) => void): Promise<SiloProcess> {
    const silo = new SiloProcess(flags, modules);
    if (hear) silo.child.on('message', hear);
    await new Promise<void>((resolve, reject) => {
      const fail = (what: string) => reject(new Error(`a silo of the fleet ${what}: ${silo.stderr}`));
      const timer = setTimeout(() => fail(`did not run within ${START_MS} ms`), START_MS);
      const onExit = () => (clearTimeout(timer), fail('ended before it ran'));
      silo.child.once('exit', onExit);
      silo.child.on('message', (message) => {
        if (!isSiloReport(message)) return;
        clearTimeout(timer);
        silo.child.off('exit', onExit);
        if (message.kind === 'refused') return fail(message.line);
        silo.siloId = message.siloId;
        resolve();
      });
    });
    return silo;
  }

  get pid(): number {
    return this.child.pid!;
  }

  get isRunning(): boolean {
    return this.endedAtMs === undefined;
  }

  signal(name: NodeJS.Signals): void {
    this.wasKilled ||= name === 'SIGKILL';
    this.child.kill(name);
  }

  async kill(): Promise<void> {
    if (!this.isRunning) return;
    this.signal('SIGKILL');
    await this.ended;
  }

  private hear(text: string): void {
    // The end of what was heard before may be the beginning of what is looked for.
    const before = this.stderr.slice(1 - REWRITE.length);
    this.rewrites += (before + text).split(REWRITE).length - 1;
    this.stderr = (this.stderr + text).slice(-KEPT);
  }
}
