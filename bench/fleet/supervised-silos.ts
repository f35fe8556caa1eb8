// SupervisedSilos. Owns: `troupe --silos n`, and which of its processes runs which silo, as its log says.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { within } from './fleet.js';

const BIN = fileURLToPath(new URL('../../silo/cli/troupe.js', import.meta.url));
const COUNTER = fileURLToPath(new URL('./counter.js', import.meta.url));
const START_MS = 60_000;

interface Line {
  readonly msg?: string;
  readonly silo?: number;
  readonly pid?: number;
  readonly id?: string;
}

export class SupervisedSilos implements AsyncDisposable {
  private readonly silos = new Map<number, { readonly id: string; readonly pid: number }>();
  private readonly ended: Promise<unknown>;
  private rest = '';

  private constructor(private readonly child: ChildProcess) {
    this.ended = once(child, 'exit');
    child.stderr!.setEncoding('utf8').on('data', (text: string) => this.hear(text));
  }

  static async start(count: number, redis: string, cluster: string): Promise<SupervisedSilos> {
    const flags = ['--modules', COUNTER, '--redis', redis, '--cluster', cluster, '--silos', String(count)];
    const silos = new SupervisedSilos(spawn(process.execPath, [BIN, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] }));
    if (await within(START_MS, () => silos.running.length === count)) return silos;
    await silos[Symbol.asyncDispose]();
    throw new Error(`${count} supervised silos did not run within ${START_MS} ms: ${silos.rest}`);
  }

  get running(): readonly { readonly id: string; readonly pid: number }[] {
    return [...this.silos.values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGTERM');
    const hurry = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
    await this.ended;
    clearTimeout(hurry);
  }

  private hear(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      const { msg, silo, pid, id } = (line.startsWith('{') ? JSON.parse(line) : {}) as Line;
      if (msg === 'a silo runs') this.silos.set(silo!, { id: id!, pid: pid! });
      if (msg === 'a silo ended; it is started again') this.silos.delete(silo!);
    }
  }
}
