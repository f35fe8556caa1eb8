// A silo on a folder of modules that change, for the tests of that.
import type { Handle } from '../../sdk/author/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { RecordingLogger } from '../support/memory-silo.js';
import { HotProject } from './hot-project.js';
import { car, engine, gates, type Car, type Engine } from './hot-sources.js';

/** Dispose it: silo and folder go. */
export class HotStage implements AsyncDisposable {
  private constructor(readonly project: HotProject, readonly silo: Silo, readonly log: RecordingLogger) {}

  /** `files`: in the place of the usual ones, or beside them. */
  static async open(files: Readonly<Record<string, string>> = {}): Promise<HotStage> {
    const project = new HotProject({ 'engine.js': engine(1), 'car.js': car(1), 'gate.js': gates, ...files });
    const log = new RecordingLogger();
    const silo = await startSilo({ modules: [project.path('{car,gate}.js')], watch: true, deployLock: project.path('deploy.lock'), log });
    return new HotStage(project, silo, log);
  }

  car(key: string): Handle<Car> {
    return this.silo.actor<Car>('car', key);
  }

  engine(key: string): Handle<Engine> {
    return this.car(key).getComponent<Engine>('engine');
  }

  gate(key: string) {
    return this.silo.actor<{ wait(): Promise<void>; arrival(): Promise<void>; open(): Promise<void> }>('gate', key);
  }

  /** How many instances each thread of the silo has. */
  threads(): readonly number[] {
    return this.silo.statistics().threads.map(({ instances }) => instances);
  }

  /** The methods that timers of active actors call. */
  timers(): readonly string[] {
    const { runtime } = this.silo as unknown as { runtime: { catalog: { all(): { timers?: { timers: Set<{ method: string }> } }[] } } };
    return runtime.catalog.all().flatMap(({ timers }) => [...(timers?.timers ?? [])]).map(({ method }) => method);
  }

  /** What was logged about the loading of modules: how often it begins so. */
  told(message: string): number {
    return this.log.lines.filter((line) => line.message.startsWith(message)).length;
  }

  /** Resolves when a line that begins so is logged, or was. */
  until(message: string): Promise<'told'> {
    const { lines } = this.log;
    return new Promise((resolve) => {
      const push = lines.push.bind(lines);
      lines.push = (...added) => {
        if (added.some((line) => line.message.startsWith(message))) resolve('told');
        return push(...added);
      };
      if (this.told(message) > 0) resolve('told');
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.silo.stop();
    this.project[Symbol.dispose]();
  }
}
