import type { Clock, Logger } from '../../protocol/ports/index.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import type { ModuleSource } from '../silo-options.js';
import { DeployLock } from './deploy-lock.js';
import { ModuleWatcher } from './module-watcher.js';
import { renewClasses, type ClassPlaces } from './renew-classes.js';
import { Reloads, type ReloadOutcome } from './reloads.js';

export interface HotModulesOptions {
  readonly modules: readonly ModuleSource[];
  readonly watch: boolean;
  /** Where the lock of deployments is. */
  readonly deployLock: string;
}

/** The silo's modules after its start: what holds threads back while they are exchanged, and, if it watches, what loads them anew. */
export class HotModules {
  readonly lock: DeployLock;
  private reloads: Reloads | undefined;
  private watcher: ModuleWatcher | undefined;

  constructor(private readonly options: HotModulesOptions, private readonly clock: Clock, private readonly log: Logger) {
    this.lock = new DeployLock(options.deployLock, clock, log);
  }

  /** The modules were loaded as they are. */
  async start(places: ClassPlaces): Promise<void> {
    if (!this.options.watch) return;
    const { clock, log, lock } = this;
    this.reloads = await Reloads.begin({ sources: this.options.modules, lock, log }, {
      tryModules: (urls) => places.hosts.tryModules(urls), renew: (modules, classes) => renewClasses(places, modules, classes),
      filesJudged: (refusal) => places.hosts.filesJudged(refusal),
    });
    this.watcher = new ModuleWatcher(this.reloads, clock, log);
    this.watcher.start();
  }

  /** Resolves when what is on the disk by now is what runs, or was refused. */
  look(): Promise<ReloadOutcome> {
    return this.reloads?.look() ?? Promise.reject(new ConfigurationError('silo.reload: this silo does not watch its modules; start it with watch: true'));
  }

  stop(): void {
    this.watcher?.stop();
    this.lock.stop();
  }
}
