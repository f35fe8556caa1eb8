// docs/placement.md against the code.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { POLICY_NAMES } from '../../placement/policy-names.js';
import { PlacementService } from '../../placement/placement-service.js';
import { Actor } from '../../sdk/index.js';
import { startSilo } from '../../silo/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { Project } from '../architecture/project.js';
import { request, seeded, silo } from '../placement/world.js';
import { RecordingLogger } from '../support/memory-silo.js';
import { GpuPlacement } from './gpu-placement.js';
import { readPage, ROOT } from './pages.js';

describe('docs/placement.md', () => {
  const page = readPage('docs/placement.md');
  let sources: Project;
  before(() => { sources = Project.read(); });

  it('lists the built-in policies and no other', () => {
    const table = page.slice(page.indexOf('## The built-in policies'), page.indexOf('**`hash`**'));
    expect([...table.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name)).to.deep.equal([...POLICY_NAMES]);
  });

  it('shows a policy that compiles: the block is test/docs/gpu-placement.ts, to the letter', () => {
    const blocks = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, block]) => block);
    expect(blocks).to.include(readFileSync(join(ROOT, 'test/docs/gpu-placement.ts'), 'utf8'));
  });

  it('shows a policy that does what it says, and a silo takes it', async () => {
    const placement = new PlacementService({ default: 'random', policies: [new GpuPlacement()], clock: new VirtualClock(), log: new RecordingLogger(), random: seeded(1) });
    const large = { labels: { gpu: 'large' } };
    const candidates = [silo('none'), silo('busy', { ...large, activations: 9 }), silo('free', { ...large, activations: 2 })];
    expect(placement.choose('gpu', request('s1', { options: { card: 'large' } }), candidates)).to.equal('free');
    expect(placement.choose('gpu', request('s1', { options: { card: 'huge' } }), candidates)).to.be.oneOf(['none', 'busy', 'free']);

    @Actor({ name: 'simulation', placement: { policy: 'gpu', card: 'large' } }) class Simulation { step(): number { return 1; } }
    const running = await startSilo({ modules: [Simulation], labels: { gpu: 'large' }, placement: { policies: [new GpuPlacement()] }, log: 'silent' });
    try {
      expect(await running.actor(Simulation, 's1').step()).to.equal(1);
    } finally {
      await running.stop();
    }
  });

  it('says a second, ten seconds, 100,000, the weights and the margin because the code has them', () => {
    const has = (path: string, text: string): boolean => sources.file(path)!.text.includes(text);
    expect(has('placement/placement-service.ts', 'TIME_LIMIT_MS = 1000;')).to.equal(true);
    expect(has('placement/policy-failures.ts', 'REPORT_EVERY_MS = 10_000;')).to.equal(true);
    expect(has('placement/smoothed-load.ts', 'KEEP_MS = 10_000;')).to.equal(true);
    expect(has('placement/hash-placement.ts', 'WEIGHT_WITHOUT_CAPACITY = 100_000;')).to.equal(true);
    expect(has('placement/resource-placement.ts', '{ cpu: 0.45, memory: 0.35, activations: 0.2 }')).to.equal(true);
    expect(has('placement/resource-placement.ts', 'LOCAL_MARGIN = 0.05;')).to.equal(true);
    expect(has('silo/load-meter.ts', 'MEMORY_MS = 2000;')).to.equal(true);
  });

  it('has every field of a request and of a candidate', () => {
    const port = sources.file('protocol/ports/placement.ts')!.text;
    const fieldsOf = (name: string): readonly string[] => {
      const [, body = ''] = new RegExp(`interface ${name} \\{([^]*?)^\\}`, 'm').exec(port) ?? [];
      return [...body.matchAll(/readonly (\w+)\??:/g)].map(([, field]) => field!).sort();
    };
    const told = (heading: string): readonly string[] => {
      const [, rows = ''] = new RegExp(`^\\| ${heading} \\| \\|\\n\\|---\\|---\\|\\n((?:\\|.*\\n)+)`, 'm').exec(page) ?? [];
      return [...rows.matchAll(/^\|([^|]+)\|/gm)].flatMap(([, names]) => [...names!.matchAll(/`(\w+)`/g)].map(([, field]) => field!)).sort();
    };
    expect(told('`request`')).to.deep.equal(fieldsOf('PlacementRequest')).and.have.length(7);
    expect(told('a candidate')).to.deep.equal(fieldsOf('SiloSnapshot')).and.have.length(8);
  });
});
