import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { describeLoadFailure } from '../options/load-failure.js';
import { isFile } from '../options/modules.js';
import type { SiloOptions } from '../silo-options.js';
import type { Setting } from './command-line.js';
import type { Draft } from './flags.js';

/**
 * The options that config file, environment and flags make together; unchecked but for the flags' own values. Throws `ConfigurationError`
 * when the file does not load or has no options, or a value is malformed.
 */
export async function readConfiguration(settings: readonly Setting[], secrets: readonly (string | undefined)[]): Promise<SiloOptions> {
  const file = settings.findLast(({ flag }) => flag.name === 'config');
  const draft: Draft = file ? await loadConfig(file.values.at(-1) ?? '', file.source) : {};
  const given = secrets.filter((secret) => secret !== undefined && secret !== '') as string[];
  if (given.length > 0) draft.secret = given.length === 1 ? given[0] : given;
  for (const { flag, values, source } of settings) flag.apply(draft, values, source);
  return draft as SiloOptions;
}

async function loadConfig(path: string, source: string): Promise<Draft> {
  const file = resolve(path);
  if (!isFile(file)) throw new ConfigurationError(`${source}: no file '${path}' (looked for ${file}); compile it, or correct the path`);
  const url = pathToFileURL(file).href;
  const namespace = await import(url).catch((cause: unknown) => {
    throw new ConfigurationError(`${source}: '${path}' does not load: ${describeLoadFailure(cause, url)}`, { cause });
  }) as { readonly default?: unknown };
  const options = namespace.default;
  if (typeof options === 'object' && options !== null) return { ...options };
  throw new ConfigurationError(`${source}: '${path}' has no options; export default { modules: [...] }`);
}
