// Modules are exchanged again and again under load: no call fails, no acknowledged change is lost, the new code runs at once.
//   node dist/bench/hot-reload.js [--reloads 50] [--callers 64] [--actors 12]
import { parseArgs } from 'node:util';
import { startSilo } from '../silo/index.js';
import { HotProject } from '../test/isolation/hot-project.js';
import { HotLoad, hotModules } from './isolation/hot-load.js';
import { atLeast, atMost, finish } from './support/report.js';

const { values } = parseArgs({ options: { reloads: { type: 'string', default: '50' }, callers: { type: 'string', default: '64' }, actors: { type: 'string', default: '12' } } });
const reloads = Number(values.reloads);

using project = new HotProject(hotModules(1));
await using silo = await startSilo({ modules: [project.path('car.js')], watch: true, log: 'silent', deployLock: project.path('lock') });
const load = new HotLoad(silo, Number(values.callers), Array.from({ length: Number(values.actors) }, (_, at) => `car-${at}`));
let reloaded = 0;
let stale = 0;
const times: number[] = [];
for (let version = 2; version <= reloads + 1; version++) {
  const callsBefore = load.calls;
  // Both files at once, as a compiler does; every third time one of them is broken first.
  if (version % 3 === 0) {
    project.writeAsIs('engine.js', 'export class {');
    await silo.reload();
  }
  for (const [name, text] of Object.entries(hotModules(version))) project.write(name, text);
  const startedMs = performance.now();
  const { kind } = await silo.reload();
  times.push(performance.now() - startedMs);
  if (kind === 'reloaded') reloaded++;
  stale += (await load.versions()).filter((found) => found !== version).length;
  if (load.calls === callsBefore) throw new Error(`no call ended between reloads ${version - 1} and ${version}`);
}
await load.stop();
const wrong = await load.wrongStates();
for (const text of wrong.slice(0, 5)) console.log(text);
for (const error of load.failures.slice(0, 5)) console.log(String(error));
times.sort((a, b) => a - b);
finish({
  bench: 'hot-reload',
  settings: { reloads, callers: Number(values.callers), actors: Number(values.actors) },
  figures: { calls: load.calls, medianReloadMs: Math.round(times[Math.floor(times.length / 2)] ?? 0), longestReloadMs: Math.round(times.at(-1) ?? 0) },
  goals: [
    atLeast('reloads', reloaded, reloads),
    atMost('calls that failed', load.failures.length, 0),
    atMost('components whose state is not what was acknowledged', wrong.length, 0),
    atMost('calls that an older version answered than the one before', load.stepsBack, 0),
    atMost('components that ran old code after a reload', stale, 0),
  ],
});
