// `npm run check:browser`: the two doors that browsers open bundle for them, with nothing of Node and nothing of the server, and within
// their size. test/architecture.test.ts walks the same imports; this asks the bundler, packages included.
import { build } from 'esbuild';
import { gzipSync } from 'node:zlib';
import { root } from './build/root.mjs';
import { Failure, report } from './failure.mjs';

/** Minified and gzipped, in kB: what a page may have to load. */
const DOORS = { 'troupe/client': 60, troupe: 20 };
const FORBIDDEN = /(^|\/)node_modules\/(ioredis|bullmq|pino|socket\.io|engine\.io|ws|tinyglobby)\/|^dist\/(silo|state|directory|placement|events)\//;

async function check(door, limit) {
  const { metafile, outputFiles } = await build({
    stdin: { contents: `import * as door from '${door}'; globalThis.door = door;`, resolveDir: root },
    absWorkingDir: root, outfile: 'out.js', bundle: true, minify: true, format: 'esm', platform: 'browser', target: 'es2022', metafile: true, write: false, logLevel: 'error',
  }).catch(() => {
    throw new Failure(`'${door}' does not bundle for browsers; see above.`);
  });
  const stranger = Object.keys(metafile.inputs).find((input) => FORBIDDEN.test(input));
  if (stranger) throw new Failure(`'${door}' brings ${stranger} to the browser.`);
  const size = gzipSync(outputFiles[0].contents).length / 1024;
  process.stderr.write(`${door}: ${size.toFixed(1)} kB gzipped\n`);
  if (size > limit) throw new Failure(`'${door}' is ${size.toFixed(1)} kB gzipped; ${limit} is its limit (scripts/check-browser.mjs).`);
}

async function checkAll() {
  for (const [door, limit] of Object.entries(DOORS)) await check(door, limit);
}

checkAll().catch(report);
