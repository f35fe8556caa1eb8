// Brings node_modules and dist/ up to date, doing only what is stale:
//   install  when node_modules is missing or older than package-lock.json
//   compile  `tsc -b` (it keeps its own record of what changed), then outputs whose source is gone are removed
//   assets   state/lua and examples/*/public beside the compiled code
//   bundles  examples/*/page.ts for the browser
// Builds that run at the same time wait for each other (build/lock.mjs).
import { pathToFileURL } from 'node:url';
import { copyAssets } from './build/assets.mjs';
import { bundlePages } from './build/bundles.mjs';
import { compile } from './build/compile.mjs';
import { install } from './build/install.mjs';
import { withBuildLock } from './build/lock.mjs';
import { root } from './build/root.mjs';
import { Failure, report } from './failure.mjs';

/** Builds what is stale. Throws `Failure` with what to print when a step fails. */
export async function build() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) throw new Failure(`Troupe needs Node 20.19 or later; this is ${process.version}.`);
  await withBuildLock(async () => {
    await install(root);
    await compile(root);
    await copyAssets(root);
    await bundlePages(root);
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  build().catch(report);
}
