import { rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { failure } from '../support/memory-silo.js';
import { engine } from './hot-sources.js';
import { HotStage } from './hot-stage.js';

describe('hot modules, while a deployment holds its lock,', () => {
  const lock = ({ project }: HotStage): void => writeFileSync(project.path('deploy.lock'), 'test');
  const unlock = ({ project }: HotStage): void => rmSync(project.path('deploy.lock'));

  it('are left alone; when it ends, what changed is loaded once', async () => {
    await using stage = await HotStage.open();
    await stage.engine('a').version();
    lock(stage);
    stage.project.write('engine.js', engine(2));
    const reloading = stage.silo.reload();
    stage.project.write('engine.js', engine(3));
    expect(await stage.engine('a').version()).to.equal(1);
    unlock(stage);
    expect(await reloading).to.include({ kind: 'reloaded' });
    expect(await stage.engine('a').version()).to.equal(3);
    expect(stage.told('modules were loaded anew')).to.equal(1);
  });

  it('no thread starts: a call to a component whose thread died waits, and runs when the lock is gone', async () => {
    await using stage = await HotStage.open();
    await stage.engine('a').add(4);
    lock(stage);
    await failure(stage.engine('a').exit());
    const waiting = stage.engine('a').now();
    expect(await Promise.race([waiting, stage.until('a deployment holds its lock')])).to.equal('told');
    expect(await failure(stage.engine('a').with({ timeout: '50ms' }).now())).to.have.property('name', 'CallTimeoutError');
    unlock(stage);
    expect(await waiting).to.equal(4);
  });
});
