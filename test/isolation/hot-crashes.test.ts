import { expect } from 'chai';
import { failure } from '../support/memory-silo.js';
import { car, engine } from './hot-sources.js';
import { HotStage } from './hot-stage.js';

const BROKEN = 'export class {';

describe('components that crash while their modules change', () => {
  /** Its thread cannot load the files that are there now. */
  const degrade = async (stage: HotStage): Promise<void> => {
    const degraded = stage.until('the thread of engine dies again and again');
    expect((await failure(stage.engine('a').exit())).name).to.equal('ComponentCrashedError');
    await degraded;
  };

  it('say that the silo has refused the files which their thread cannot load, and are back at once when those are as they were', async () => {
    await using stage = await HotStage.open();
    await stage.engine('a').add(3);
    stage.project.writeAsIs('engine.js', BROKEN);
    expect(await stage.silo.reload()).to.have.property('kind', 'failed');
    await degrade(stage);
    const refused = await failure(stage.engine('a').now());
    expect(refused.degradedUntil).to.be.a('number');
    expect(refused.message).to.contain('the silo has refused these files, and tries again when they load').and.contain(stage.project.path('engine.js'));
    stage.project.write('engine.js', engine(1));
    expect(await stage.silo.reload()).to.deep.equal({ kind: 'unchanged' });
    expect([await stage.engine('a').now(), await stage.engine('a').version()]).to.deep.equal([3, 1]);
  });

  it('are back at once with the new code when that is mended', async () => {
    await using stage = await HotStage.open();
    await stage.engine('a').add(3);
    stage.project.writeAsIs('engine.js', BROKEN);
    await stage.silo.reload();
    await degrade(stage);
    stage.project.write('engine.js', engine(2));
    expect(await stage.silo.reload()).to.have.property('kind', 'reloaded');
    expect([await stage.engine('a').now(), await stage.engine('a').version()]).to.deep.equal([3, 2]);
  });

  it('are back at once when another file is mended that kept their thread from loading', async () => {
    await using stage = await HotStage.open();
    await stage.engine('a').add(3);
    stage.project.writeAsIs('car.js', BROKEN);
    await stage.silo.reload();
    await degrade(stage);
    stage.project.write('car.js', car(2));
    expect(await stage.silo.reload()).to.have.property('kind', 'reloaded');
    expect([await stage.engine('a').now(), await stage.engine('a').version()]).to.deep.equal([3, 1]);
  });

  it('run the new code at once also where their own crashes had degraded them', async () => {
    await using stage = await HotStage.open();
    await stage.engine('a').add(3);
    for (let crash = 0; crash < 5; crash++) await failure(stage.engine('a').exit());
    expect((await failure(stage.engine('a').now())).degradedUntil).to.be.a('number');
    stage.project.write('engine.js', engine(2));
    await stage.silo.reload();
    expect([await stage.engine('a').now(), await stage.engine('a').version()]).to.deep.equal([3, 2]);
  });
});
