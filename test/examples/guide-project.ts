import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { freePort, TestProcess } from '../support/processes.js';
import type { GuideStep } from './guide.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const LIMIT_MS = 30_000;
/** Packages that are here under another name. */
const STAND_INS: Readonly<Record<string, string>> = { typescript: '@typescript/native' };
const run = promisify(execFile);

/**
 * A reader's folder, in which the steps of a guide are done as they stand there, but for this: packages are linked from here and not
 * fetched, a Redis and a port of the test's own take the place of the usual ones, and a server that prints where to open it runs on.
 */
export class GuideProject implements AsyncDisposable {
  private server: TestProcess | undefined;

  private constructor(private readonly folder: string, private readonly redis: string, private readonly port: number) {}

  static async create(redis: string): Promise<GuideProject> {
    const folder = await mkdtemp(join(tmpdir(), 'troupe-guide-'));
    await mkdir(join(folder, 'node_modules', '.bin'), { recursive: true });
    return new GuideProject(folder, redis, await freePort());
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Does every step. */
  async follow(steps: readonly GuideStep[]): Promise<void> {
    for (const step of steps) {
      if (step.kind === 'file') await this.write(step.path, step.text);
      else await this.type(step.commands, step.output);
    }
  }

  /** Files and packages as after the guide; nothing is compiled or run. */
  async arriveAfter(steps: readonly GuideStep[]): Promise<void> {
    const preparing = /^(npm|mkdir) /;
    await this.follow(steps.map((step) => (step.kind === 'file' ? step : { ...step, commands: step.commands.filter((line) => preparing.test(line)), output: undefined })));
  }

  async startServer(args: readonly string[] = [this.redis]): Promise<void> {
    this.server = new TestProcess(['dist/server.js', ...args], { cwd: this.folder, env: { PORT: String(this.port) } });
    await this.server.waitForOutput(/^Open .*\n/m);
  }

  /** It ends with 0 on SIGTERM. */
  async stopServer(): Promise<void> {
    this.server?.kill('SIGTERM');
    const end = await this.server?.ended;
    expect(end?.code, end?.stderr).to.equal(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server?.[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.folder, path)), { recursive: true });
    await writeFile(join(this.folder, path), text);
  }

  private async type(commands: readonly string[], output: string | undefined): Promise<void> {
    let printed = '';
    for (const command of commands) {
      if (/^mkdir (\S+) && cd \1$/.test(command)) continue;
      const packages = /^npm install (?:--save-dev )?(.+)$/.exec(command)?.[1]?.split(' ');
      if (packages) for (const name of packages) await this.link(name);
      else if (output?.startsWith('Open ') && /^node dist\/server.js/.test(command)) printed += await this.serve(command);
      else printed += await this.run(command);
    }
    if (output !== undefined) expect(printed).to.equal(output.replace(':3000', `:${this.port}`));
  }

  private async serve(command: string): Promise<string> {
    await this.startServer(this.translated(command).split(' ').slice(2));
    return this.server!.stdout;
  }

  /** What the command prints; fails with all of it when the command does. */
  private async run(command: string): Promise<string> {
    const env = { ...process.env, PATH: `${join(this.folder, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`, NODE_TEST_CONTEXT: undefined };
    const { stdout } = await run('sh', ['-c', this.translated(command)], { cwd: this.folder, env, timeout: LIMIT_MS }).catch((error: Error & { stdout?: string; stderr?: string }) => {
      throw new Error(`${command}: ${error.message}\n${error.stdout}\n${error.stderr}`);
    });
    return command.startsWith('node dist/') ? stdout : '';
  }

  private translated(command: string): string {
    return command.replace(/^npx /, '').replace('redis://127.0.0.1:6379', this.redis);
  }

  /** `troupe-0.1.0.tgz` is this package, under its present version. */
  private async link(name: string): Promise<void> {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { readonly version: string };
    const isTroupe = name.endsWith(`/troupe-${version}.tgz`);
    const installed = isTroupe ? 'troupe' : name;
    const place = join(this.folder, 'node_modules', installed);
    const source = isTroupe ? ROOT : join(ROOT, 'node_modules', STAND_INS[name] ?? name);
    const { bin = {} } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as { readonly bin?: Readonly<Record<string, string>> };
    await mkdir(dirname(place), { recursive: true });
    await symlink(source, place, 'dir');
    for (const [tool, file] of Object.entries(bin)) await symlink(join(source, file), join(this.folder, 'node_modules', '.bin', tool));
  }
}
