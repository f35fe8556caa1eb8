import { rmSync, symlinkSync } from 'node:fs';
import { expect } from 'chai';
import type { Handle } from '../../sdk/author/index.js';
import { startSilo } from '../../silo/index.js';
import { failure } from '../support/memory-silo.js';
import { HotProject } from './hot-project.js';
import { car, engine, type Engine } from './hot-sources.js';

describe('modules behind a link that a deployment turns to other files', () => {
  it('are, for threads that start while the silo has refused those, the ones that it runs', async () => {
    using project = new HotProject({ 'one/engine.js': engine(1), 'one/car.js': car(1), 'two/engine.js': engine(2), 'two/car.js': car(2).replace("name: 'car'", "name: 'coach'") });
    const turn = (to: string): void => {
      rmSync(project.path('current'), { force: true });
      symlinkSync(project.path(to), project.path('current'));
    };
    turn('one');
    const silo = await startSilo({ modules: [project.path('current/car.js')], watch: true, deployLock: project.path('deploy.lock'), log: 'silent' });
    try {
      const theEngine = silo.actor('car', 'a').getComponent('engine') as unknown as Handle<Engine>;
      await theEngine.add(3);
      turn('two');
      expect(await silo.reload()).to.have.property('kind', 'failed');
      await failure(theEngine.exit());
      expect([await theEngine.now(), await theEngine.version()]).to.deep.equal([3, 1]);
    } finally {
      await silo.stop();
    }
  });
});
