// `troupe deploy begin|end`: makes and removes the file that holds silos back while their modules are being exchanged.
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { DEFAULT_DEPLOY_LOCK } from '../options/resolve-silo-options.js';

const USAGE = 'use troupe deploy begin, or troupe deploy end, with --lock FILE where the silos have --deploy-lock FILE';

/** Throws `ConfigurationError` for a wrong usage, a lock that is held already and one that is not there. */
export function deploy(args: readonly string[], environment: Readonly<Record<string, string | undefined>>): void {
  const { values: { lock }, positionals: [verb, ...rest] } = parse(args);
  const path = resolve(lock || environment.TROUPE_DEPLOY_LOCK || DEFAULT_DEPLOY_LOCK);
  if ((verb !== 'begin' && verb !== 'end') || rest.length > 0) throw new ConfigurationError(`deploy: '${[verb ?? '', ...rest].join(' ')}' is nothing that it does; ${USAGE}`);
  if (verb === 'begin') begin(path);
  else end(path);
  process.stdout.write(verb === 'begin' ? `${path} is held: silos load nothing until troupe deploy end\n` : `${path} is free: silos load what has changed\n`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { lock: { type: 'string' } }, allowPositionals: true });
  } catch (cause) {
    throw new ConfigurationError(`deploy: ${(cause as Error).message.split('. ')[0]}; ${USAGE}`, { cause });
  }
}

/** The file is there with its text or not at all, and one of several that begin at once is the first. */
function begin(path: string): void {
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, `pid ${process.pid} since ${new Date().toISOString()}\n`);
    linkSync(draft, path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw new ConfigurationError(`deploy begin: ${path} cannot be made: ${(cause as Error).message}`, { cause });
    throw new ConfigurationError(`deploy begin: ${path} is held already (${readFileSync(path, 'utf8').trim()}); end that deployment by troupe deploy end`);
  } finally {
    rmSync(draft, { force: true });
  }
}

function end(path: string): void {
  if (!statSync(path, { throwIfNoEntry: false })) throw new ConfigurationError(`deploy end: there is no ${path}; begin a deployment by troupe deploy begin`);
  rmSync(path);
}
