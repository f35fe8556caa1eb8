import { builtinModules } from 'node:module';
import { valueImportsOf } from './circles.js';
import { LAYERS } from './layers.js';
import type { Project, Rule } from './project.js';

/** architecture.md §1: a library's name, and the only places that import it. Types count. */
const OWNERS: readonly (readonly [library: RegExp, places: RegExp, rule: string])[] = [
  [/^ioredis$/, /^state\//, 'only state/'],
  [/^bullmq$/, /^events\//, 'only events/'],
  [/^(socket|engine)\.io/, /^(transport\/|sdk\/client)/, 'only transport/ and sdk/client*'],
  [/^pino$/, /^silo\//, 'only silo/'],
  [
    /^(node:)?(worker_threads|child_process)$/, /^(isolation\/|state\/heartbeat-thread\.ts$|silo\/(supervisor|signal-child)\.ts$|silo\/reload\/generations\.ts$|silo\/testing\/process-silo\.ts$)/,
    'only isolation/, state/heartbeat-thread.ts, silo/supervisor.ts, silo/signal-child.ts, silo/reload/generations.ts and silo/testing/process-silo.ts',
  ],
  [/^class-transformer$/, /^(protocol\/codec|decorators)\//, 'only protocol/codec and decorators/'],
  [/^reflect-metadata$/, /^decorators\//, 'only decorators/'],
  [/^msgpackr$/, /^protocol\/codec\//, 'only protocol/codec'],
];
const HOUSE = new Set(LAYERS.flat());

/** What a door's importers must not load, however indirectly. */
const DOORS: Readonly<Record<string, { readonly entry: string; readonly forbidden: RegExp }>> = {
  troupe: { entry: 'sdk/index.ts', forbidden: /^(ioredis|bullmq|pino|tinyglobby|(socket|engine)\.io.*)$/ },
  'troupe/client': { entry: 'sdk/client/index.ts', forbidden: /^(ioredis|bullmq|pino|tinyglobby|socket\.io|engine\.io)$/ },
};
const BUILT_IN = new Set(builtinModules);

/** Every library has one owner. */
export const checkOwners: Rule = (project) => {
  const violations: string[] = [];
  for (const { file, use } of project.imports(({ folder }) => HOUSE.has(folder))) {
    if (use.package === undefined) continue;
    for (const [library, places, rule] of OWNERS) {
      if (library.test(use.package) && !places.test(file.path)) violations.push(`${file.path}:${use.line}: imports ${use.package}: ${rule}`);
    }
  }
  return violations;
};

/** What runs at users' is in `dependencies`, not borrowed from a tool. */
export function checkDependencies(dependencies: readonly string[]): Rule {
  return (project) => {
    const violations: string[] = [];
    for (const { file, use } of project.imports(({ folder }) => HOUSE.has(folder) && folder !== 'examples')) {
      if (use.package === undefined || use.isTypeOnly || isBuiltIn(use.package) || dependencies.includes(use.package)) continue;
      violations.push(`${file.path}:${use.line}: imports ${use.package}, which is not in "dependencies" of package.json`);
    }
    return violations;
  };
}

/** The doors that browsers open reach no built-in of Node and no server's library. */
export const checkDoors: Rule = (project) => Object.entries(DOORS).flatMap(([door, { entry, forbidden }]) => {
  const violations: string[] = [];
  for (const [path, way] of reachableFrom(project, entry)) {
    for (const use of project.file(path)?.imports ?? []) {
      if (use.package === undefined || use.isTypeOnly || !(isBuiltIn(use.package) || forbidden.test(use.package))) continue;
      violations.push(`${path}:${use.line}: '${door}' reaches ${use.package} by ${way.join(' -> ')}`);
    }
  }
  return violations;
});

function isBuiltIn(name: string): boolean {
  return name.startsWith('node:') || BUILT_IN.has(name);
}

/** Every file that `entry` loads, with the way there. */
function reachableFrom(project: Project, entry: string): ReadonlyMap<string, readonly string[]> {
  const ways = new Map<string, readonly string[]>(project.file(entry) ? [[entry, [entry]]] : []);
  for (const [path, way] of ways) {
    for (const next of valueImportsOf(project, path)) {
      if (!ways.has(next)) ways.set(next, [...way, next]);
    }
  }
  return ways;
}
