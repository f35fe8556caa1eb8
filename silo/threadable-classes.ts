import type { ClassMetadata } from '../decorators/index.js';
import type { LoadedModules } from './options/modules.js';

type Files = Pick<LoadedModules, 'urls' | 'loadable'>;

/** Which classes threads can make instances of, and what they load for that. */
export class ThreadableClasses {
  private readonly targets: Set<object>;
  private urls: readonly string[];

  constructor(files: Files | undefined) {
    this.targets = new Set(files?.loadable);
    this.urls = files?.urls ?? [];
  }

  has(target: object): boolean {
    return this.targets.has(target);
  }

  readonly modulesOf = ({ target }: ClassMetadata): readonly string[] | undefined => (this.targets.has(target) ? this.urls : undefined);

  /** The files were loaded anew; classes of before stay known, as there are activations of them. */
  renew({ urls, loadable }: Files): void {
    this.urls = urls;
    for (const target of loadable) this.targets.add(target);
  }
}
