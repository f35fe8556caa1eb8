// A Redis for tests: the runner's (TROUPE_TEST_REDIS) or one of our own. Never absent silently: without a server the test fails.
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './processes.js';

/** A Redis that a test may use under a cluster name of its own; it may hold others' keys. Dispose it (`await using`) or `stop` it. */
export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  stop(): Promise<void>;
}

/** A Redis that belongs to one test, for faults. */
export interface OwnRedis extends TestRedis {
  readonly port: number;
  /** SIGKILL; the directory stays. */
  kill(): Promise<void>;
  /** Starts again on the same port and directory. */
  restart(): Promise<void>;
  /** SIGSTOP and SIGCONT: connections stay open, nothing is answered. */
  pause(): void;
  resume(): void;
}

export interface OwnRedisOptions {
  /** More settings: `{ 'maxmemory-policy': 'allkeys-lru', appendonly: 'no' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Runs a Sentinel with this configuration instead of a server; `settings` are ignored. */
  readonly sentinel?: readonly string[];
}

// Runs between us and the server: when we die, however, its stdin ends and it takes the server along.
const KEEPER = `
const { spawn } = require('node:child_process');
const server = spawn(process.argv[1], process.argv.slice(2), { stdio: ['ignore', 'inherit', 'inherit'] });
process.stdout.write('server pid ' + server.pid + '\\n');
server.on('exit', (code) => process.exit(code ?? 1));
server.on('error', (error) => { console.log(String(error)); process.exit(1); });
process.stdin.resume().on('end', () => server.kill('SIGKILL'));
`;

let shared: Promise<OwnRedis> | undefined;
let users = 0;

/** The runner's Redis, else one that all callers of this process share until the last `stop`. Flush nothing there. */
export async function acquireRedis(): Promise<TestRedis> {
  const url = process.env['TROUPE_TEST_REDIS'];
  if (url) return stoppable({ url, stop: () => Promise.resolve() });
  users += 1;
  const server = (shared ??= startOwnRedis());
  let isReleased = false;
  const stop = async () => {
    if (isReleased) return;
    isReleased = true;
    users -= 1;
    if (users > 0) return;
    shared = undefined;
    await (await server).stop();
  };
  return stoppable({ url: (await server).url, stop });
}

/** Always a new server: AOF everysec, noeviction, on a free loopback port and a directory that `stop` removes. */
export async function startOwnRedis({ settings = {}, sentinel }: OwnRedisOptions = {}): Promise<OwnRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'troupe-redis-'));
  const port = await freePort();
  const all = {
    bind: '127.0.0.1', port: String(port), dir: directory, save: '', appendonly: 'yes', appendfsync: 'everysec', 'maxmemory-policy': 'noeviction', ...settings,
  };
  const args = sentinel
    ? await sentinelArguments(directory, [`port ${port}`, 'bind 127.0.0.1', ...sentinel])
    : Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
  let server: RunningServer | undefined = await launch(args);
  const kill = async () => {
    await server?.kill();
    server = undefined;
  };
  return stoppable({
    url: `redis://127.0.0.1:${port}`,
    port,
    kill,
    restart: async () => {
      await kill();
      server = await launch(args);
    },
    pause: () => server?.signal('SIGSTOP'),
    resume: () => server?.signal('SIGCONT'),
    stop: async () => {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  });
}

function stoppable<T extends { stop(): Promise<void> }>(redis: T): T & AsyncDisposable {
  return { ...redis, [Symbol.asyncDispose]: () => redis.stop() };
}

/** A Sentinel insists on a configuration file that it may rewrite. */
async function sentinelArguments(directory: string, lines: readonly string[]): Promise<readonly string[]> {
  const file = join(directory, 'sentinel.conf');
  await writeFile(file, lines.join('\n'));
  return [file, '--sentinel'];
}

interface RunningServer {
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
}

async function launch(args: readonly string[]): Promise<RunningServer> {
  const keeper = spawn(process.execPath, ['-e', KEEPER, findBinary(), ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(keeper, 'exit');
  const pid = await whenReady(keeper);
  return {
    signal: (name) => void process.kill(pid, name),
    kill: async () => {
      keeper.stdin.end();
      await ended;
    },
  };
}

/** Resolves to the server's pid once it accepts connections; rejects with all it said when it exits before. */
function whenReady(keeper: ChildProcessWithoutNullStreams): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    let isReady = false;
    const onData = (chunk: Buffer) => {
      if (isReady) return; // Read on, or the pipe fills and the server blocks.
      said += chunk.toString();
      if (!/Ready to accept connections|\+monitor master/i.test(said)) return;
      isReady = true;
      resolve(Number(/server pid (\d+)/.exec(said)?.[1]));
    };
    keeper.stdout.on('data', onData);
    keeper.stderr.on('data', onData);
    keeper.on('exit', () => reject(new Error(`redis-server ended before it was ready:\n${said}`)));
  });
}

function findBinary(): string {
  for (const name of ['redis-server', 'valkey-server']) {
    if (spawnSync(name, ['--version']).status === 0) return name;
  }
  throw new Error('tests need Redis: set TROUPE_TEST_REDIS to a URL, or put redis-server or valkey-server on the PATH');
}
