import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import * as troupe from '../../sdk/index.js';
import { GLOBAL_NAMES } from './global-names.js';

/** From `dist*`/test/decorators to the root of the repository. */
const ROOT = new URL('../../../', import.meta.url);

async function typeExports(): Promise<readonly string[]> {
  const files = ['sdk/index.ts', 'sdk/author/index.ts'];
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, ROOT), 'utf8')));
  const lists = texts.flatMap((text) => [...text.matchAll(/\{([^}]*)\}/g)].map((match) => match[1]!));
  return lists.flatMap((list) => list.split(',')).map((name) => name.replace(/^\s*type\s/, '').trim()).filter((name) => name !== '');
}

describe('the door troupe', () => {
  it('exports the decorators, the errors and nothing else that runs', () => {
    expect(Object.keys(troupe).filter((name) => !name.endsWith('Error')).sort()).to.deep.equal([
      'Actor', 'ActorEvent', 'Component', 'Delivery', 'Every', 'Interleave', 'On', 'OnReminder', 'Public', 'ReadOnly', 'Serializable', 'Service', 'State',
    ]);
    expect(Object.keys(troupe).filter((name) => name.endsWith('Error')).sort()).to.deep.equal([
      'ActivationFailedError', 'CallCycleError', 'CallTimeoutError', 'CancelledError', 'ComponentCrashedError', 'ConfigurationError', 'ForbiddenError',
      'InvalidArgumentError', 'LinkLostError', 'MailboxFullError', 'NoCapacityError', 'NonDeterministicError', 'NotPublicError', 'NotSerializableError',
      'PayloadTooLargeError', 'RateLimitedError', 'RemoteError', 'SiloUnavailableError', 'StaleEpochError', 'TroupeError', 'UnauthenticatedError',
      'UnknownActorTypeError', 'UnknownComponentError', 'UnknownMethodError',
    ]);
  });

  it('exports no name of the DOM, of JavaScript or of Node', async () => {
    const globals = new Set([...GLOBAL_NAMES, ...Object.getOwnPropertyNames(globalThis)]);
    const types = await typeExports();
    expect(types).to.include.members(['Actor', 'ActorContext', 'Handle', 'EventOrigin', 'Duration', 'StandardSchema']);
    expect([...Object.keys(troupe), ...types].filter((name) => globals.has(name))).to.deep.equal([]);
  });

  it('loads no library of the silo and no part of Node, so that browsers can bundle it', async () => {
    const { metafile } = await build({
      entryPoints: [fileURLToPath(new URL('../../sdk/index.js', import.meta.url))],
      bundle: true, write: false, metafile: true, format: 'esm', platform: 'browser', target: 'es2022', logLevel: 'silent',
    });
    const inputs = Object.entries(metafile.inputs);
    const packages = inputs.map(([path]) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter((name) => name !== undefined);
    const external = inputs.flatMap(([, { imports }]) => imports).filter((imported) => imported.external).map(({ path }) => path);
    expect([...new Set(packages)]).to.deep.equal(['reflect-metadata']);
    expect(external).to.deep.equal([]);
  });
});
