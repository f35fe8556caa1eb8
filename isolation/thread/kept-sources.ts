import * as node from 'node:module';
import { foundIn, loadedFrom, targetIn, type Found, type KeptSources, type Loaded } from './kept-sources-hooks.js';

interface Hooks {
  resolve<Resolved>(specifier: string, context: { readonly parentURL?: string }, next: (specifier: string, context: object) => Resolved): Resolved | Found;
  load<Result>(url: string, context: object, next: (url: string, context: object) => Result): Result | Loaded;
}
/** Node 22.15 and later. */
const { registerHooks } = node as { readonly registerHooks?: (hooks: Hooks) => unknown };

/** What this thread imports from now on is these texts, where they are of the module: whatever the files hold by now. */
export function loadFrom(kept: KeptSources): void {
  if (!registerHooks) return void node.register('./kept-sources-hooks.js', import.meta.url, { data: kept });
  registerHooks({
    resolve: (specifier, context, next) => {
      try {
        return targetIn(kept, specifier, context.parentURL) ?? next(specifier, context);
      } catch (error) {
        return foundIn(kept, specifier, context.parentURL, error);
      }
    },
    load: (url, context, next) => loadedFrom(kept, url) ?? next(url, context),
  });
}
