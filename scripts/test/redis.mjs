// A real Redis for the tests, from the first of these that is there:
//   TROUPE_TEST_REDIS  a URL of one that runs
//   a container        when a container engine answers
//   a local server     redis-server or valkey-server on the PATH
//   the package        on Debian or Ubuntu as root (unless TROUPE_TEST_INSTALL=0)
// The last three run with append-only file (everysec) and noeviction, as Troupe asks of a Redis, and leave nothing behind.
import { mkdtempSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../failure.mjs';
import { GuardedProcess } from './guarded-process.mjs';
import { findOnPath, installPackage, whyNotInstall } from './system-package.mjs';

const SERVERS = ['redis-server', 'valkey-server'];
const SETTINGS = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction', '--save', ''];
const IMAGE = 'redis:7';
const READY_MS = 10_000;
const ATTEMPTS = 3;

/** @typedef {{ url: string, origin: string, stop: () => Promise<unknown> }} TestRedis */

/** Finds or starts a Redis. Throws `Failure` that says how to get one. @returns {Promise<TestRedis>} */
export async function startRedis() {
  const given = process.env.TROUPE_TEST_REDIS;
  if (given) return useGiven(given);
  return (await startContainer()) ?? startServer(await findServer());
}

async function useGiven(url) {
  if (!URL.canParse(url)) throw new Failure(`TROUPE_TEST_REDIS=${url} is no URL; use redis://host:port.`);
  const { hostname, port } = new URL(url);
  const reply = await ask(hostname, Number(port || 6379), 'PING');
  if (!/^(\+PONG|-NOAUTH|-LOADING)/.test(reply)) throw new Failure(`No Redis answers at TROUPE_TEST_REDIS=${url}; start it, or unset the variable.`);
  return { url, origin: 'TROUPE_TEST_REDIS', stop: async () => {} };
}

/** @returns {Promise<TestRedis | undefined>} */
async function startContainer() {
  const { GenericContainer, getContainerRuntimeClient } = await import('testcontainers');
  const hasEngine = await getContainerRuntimeClient().then(() => true, () => false);
  if (!hasEngine) return undefined;
  try {
    const container = await new GenericContainer(IMAGE).withExposedPorts(6379).withCommand(['redis-server', ...SETTINGS]).start();
    const url = `redis://${container.getHost()}:${container.getMappedPort(6379)}`;
    return { url, origin: `container of ${IMAGE}`, stop: () => container.stop() };
  } catch (error) {
    process.stderr.write(`a container engine answers but ${IMAGE} does not start (${error.message}); trying a local server\n`);
    return undefined;
  }
}

async function findServer() {
  const found = findOnPath(SERVERS);
  if (found) return found;
  const reason = whyNotInstall();
  if (reason === undefined) await installPackage('redis-server');
  const installed = findOnPath(SERVERS);
  if (installed) return installed;
  throw new Failure(`The tests need a Redis and found none: no container engine answers, no ${SERVERS.join(' or ')} is on the PATH, and ${reason ?? 'its package brought none'}.
Do one of these: set TROUPE_TEST_REDIS=redis://host:port; start Docker; install Redis (Debian and Ubuntu: apt-get install redis-server; macOS: brew install redis).`);
}

async function startServer(command) {
  let output = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'troupe-redis-'));
    const server = new GuardedProcess(command, ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, ...SETTINGS], { folder, quiet: true });
    if (await becomesReady(server, port, folder)) return { url: `redis://127.0.0.1:${port}`, origin: command, stop: () => server.stop() };
    await server.stop();
    output = server.tail;
  }
  throw new Failure(`${command} did not start:\n${output}`);
}

/** True when our server answers: another one may have taken the port first, and is told by its folder. */
async function becomesReady(server, port, folder) {
  let hasEnded = false;
  void server.ended.then(() => (hasEnded = true));
  const end = Date.now() + READY_MS;
  while (!hasEnded && Date.now() < end) {
    const reply = await ask('127.0.0.1', port, 'CONFIG GET dir');
    if (reply.includes(basename(folder))) return true;
    await delay(10);
  }
  return false;
}

/** What a Redis answers to a command; empty when nobody does. @returns {Promise<string>} */
function ask(host, port, command) {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 }, () => socket.write(`${command}\r\n`));
    const settle = (reply) => {
      socket.destroy();
      resolve(String(reply));
    };
    socket.once('data', settle);
    for (const event of ['timeout', 'error', 'close']) socket.once(event, () => settle(''));
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
