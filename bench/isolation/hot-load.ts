// Load on actors with components in threads while their modules are exchanged: every acknowledged addition is counted.
import type { Handle } from '../../sdk/author/index.js';
import type { Silo } from '../../silo/index.js';
import { car, engine } from '../../test/isolation/hot-sources.js';

interface HotEngine {
  version(): Promise<number>;
  add(by: number): Promise<number>;
  now(): Promise<number>;
  slow(by: number): Promise<number>;
}
interface HotCar {
  addTwice(by: number, fails: boolean): Promise<number>;
}

/** The modules: the components' code says which version it is, one of its methods takes a while. */
export const hotModules = (version: number): Readonly<Record<string, string>> => ({
  'engine.js': engine(version, 'async slow(by) { await new Promise((done) => setTimeout(done, 3)); return (this.speed += by); }'),
  'turret.js': engine(version).replaceAll(/\bengine\b/g, 'turret').replaceAll(/\bEngine\b/g, 'Turret').replace("name: 'turret'", "name: 'turret', isolation: 'dedicated'"),
  'car.js': car(1).replace('components: [Engine]', 'components: [Engine, Turret]').replace('import { Engine }', "import { Turret } from './turret.js'; import { Engine }"),
});

/** Callers without a pause, until they are stopped. */
export class HotLoad {
  readonly failures: Error[] = [];
  calls = 0;
  /** Calls that got an older answer than one which had ended before they began. */
  stepsBack = 0;
  private readonly expected = new Map<string, number>();
  private readonly seen = new Map<string, number>();
  private isOver = false;
  private readonly running: Promise<unknown>;

  constructor(private readonly silo: Silo, callers: number, private readonly keys: readonly string[]) {
    this.running = Promise.all(Array.from({ length: callers }, (_, at) => this.strand(at)));
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  /** The versions that answer now, for each key and component. */
  async versions(): Promise<readonly number[]> {
    return Promise.all(this.keys.flatMap((key) => [this.part(key, 'engine').version(), this.part(key, 'turret').version()]));
  }

  /** Components whose state is not what was acknowledged. */
  async wrongStates(): Promise<readonly string[]> {
    const wrong: string[] = [];
    for (const [name, expected] of this.expected) {
      const [key, part] = name.split('/') as [string, string];
      const now = await this.part(key, part).now();
      if (now !== expected) wrong.push(`${name}: ${now}, acknowledged ${expected}`);
    }
    return wrong;
  }

  private part(key: string, name: string): Handle<HotEngine> {
    return this.silo.actor('car', key).getComponent<HotEngine>(name);
  }

  private async strand(at: number): Promise<void> {
    for (let serial = at; !this.isOver; serial++) {
      const key = this.keys[serial % this.keys.length]!;
      try {
        await this.call(key, serial);
      } catch (error) {
        this.failures.push(error as Error);
      }
      this.calls++;
    }
  }

  private async call(key: string, serial: number): Promise<void> {
    const kind = serial % 5;
    if (kind === 0) return this.look(key, 'engine');
    if (kind === 1) return this.look(key, 'turret');
    if (kind === 2) await this.part(key, 'engine').slow(1).then(() => this.count(`${key}/engine`, 1));
    if (kind === 3) await this.part(key, 'turret').add(1).then(() => this.count(`${key}/turret`, 1));
    if (kind === 4) await (this.silo.actor('car', key) as unknown as Handle<HotCar>).addTwice(1, false).then(() => this.count(`${key}/engine`, 2));
  }

  private async look(key: string, part: string): Promise<void> {
    const name = `${key}/${part}`;
    const before = this.seen.get(name) ?? 0;
    const version = await this.part(key, part).version();
    if (version < before) this.stepsBack++;
    this.seen.set(name, Math.max(version, this.seen.get(name) ?? 0));
  }

  private count(name: string, by: number): void {
    this.expected.set(name, (this.expected.get(name) ?? 0) + by);
  }
}
