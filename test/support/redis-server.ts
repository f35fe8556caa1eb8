// A Redis for tests: the runner's (TROUPE_TEST_REDIS) or one of our own. Never absent silently: without a server the test fails.
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Redis that a test may use under a cluster name of its own; it may hold others' keys. */
export interface TestRedis {
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
  if (url) return { url, stop: () => Promise.resolve() };
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
  return { url: (await server).url, stop };
}

/** Always a new server: AOF everysec, noeviction, on a free loopback port and a directory that `stop` removes. */
export async function startOwnRedis({ settings = {} }: OwnRedisOptions = {}): Promise<OwnRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'troupe-redis-'));
  const port = await freePort();
  const all = {
    bind: '127.0.0.1', port: String(port), dir: directory, save: '', appendonly: 'yes', appendfsync: 'everysec', 'maxmemory-policy': 'noeviction', ...settings,
  };
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
  let server: RunningServer | undefined = await launch(args);
  const kill = async () => {
    await server?.kill();
    server = undefined;
  };
  return {
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
  };
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
      if (!/Ready to accept connections/i.test(said)) return;
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

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
