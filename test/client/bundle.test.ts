// The two doors that pages open, through the bundler that users use: what they bring along and what they weigh.
import { build, type Metafile } from 'esbuild';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';

interface Bundle {
  readonly inputs: readonly string[];
  readonly imports: readonly string[];
  readonly bytes: number;
  readonly gzippedKB: number;
}

const compiled = fileURLToPath(new URL('../../', import.meta.url));

async function bundle(door: string, source = `import * as door from './${door}'; globalThis.door = door;`): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: source, resolveDir: compiled }, bundle: true, minify: true, format: 'esm', platform: 'browser', target: 'es2022', metafile: true, write: false, logLevel: 'silent',
  });
  const [output] = Object.values(metafile.outputs) as [Metafile['outputs'][string]];
  const { contents } = outputFiles[0]!;
  return { inputs: Object.keys(metafile.inputs), imports: output.imports.map(({ path }) => path), bytes: contents.length, gzippedKB: gzipSync(contents).length / 1024 };
}

const SERVER_LIBRARIES = /node_modules\/(ioredis|bullmq|pino|socket\.io|engine\.io|ws|tinyglobby)\//;
const SERVER_FOLDERS = /(^|\/)dist[^/]*\/(silo|state|directory|placement|events|isolation|transport)\//;
/** The door, its limit in kB, and what it has no use for. */
const DOORS: readonly (readonly [name: string, file: string, limit: number, needless: RegExp])[] = [
  ['troupe/client', 'sdk/client/index.js', 60, /(^|\/)sdk\/context\//],
  ['troupe', 'sdk/index.js', 20, /node_modules\/(socket\.io|engine\.io|msgpackr)|(^|\/)sdk\/client\//],
];

describe('bundles for the browser', () => {
  for (const [name, file, limit, needless] of DOORS) {
    it(`'${name}' brings nothing of Node or of the server along and stays under ${limit} kB`, async function () {
      const { inputs, imports, bytes, gzippedKB } = await bundle(file);
      expect(inputs.filter((input) => SERVER_LIBRARIES.test(input) || SERVER_FOLDERS.test(input) || needless.test(input))).to.deep.equal([]);
      expect(inputs.filter((input) => input.startsWith('node:') || builtinModules.includes(input))).to.deep.equal([]);
      expect(imports, 'nothing is left to be loaded').to.deep.equal([]);
      this.test!.title += ` (${(bytes / 1024).toFixed(1)} kB, ${gzippedKB.toFixed(1)} kB gzipped)`;
      expect(gzippedKB).to.be.below(limit);
    });
  }

  it('would notice a built-in of Node', async () => {
    const failed: unknown = await bundle('silo/index.js').then(() => undefined, (error: unknown) => error);
    expect(String(failed)).to.match(/Could not resolve "node:/);
  });

  it('would notice the server', async () => {
    const { inputs } = await bundle('', "import * as door from './silo/gateway/within-time.js'; globalThis.door = door;");
    expect(inputs.filter((input) => SERVER_FOLDERS.test(input))).to.have.length(1);
  });

  it('brings shared value classes along, and they work together', async () => {
    const { inputs } = await bundle('', "import { Serializable } from './sdk/index.js'; import { connect } from './sdk/client/index.js'; globalThis.both = [Serializable, connect];");
    const registries = inputs.filter((input) => input.endsWith('serializable-registry.js'));
    expect(registries, 'one registry for both doors').to.have.length(1);
  });
});
