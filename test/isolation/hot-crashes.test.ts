import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { failure } from '../support/memory-silo.js';
import { car, engine, gates } from './hot-sources.js';
import { HotStage } from './hot-stage.js';

const BROKEN = 'export class {';
const BROKEN_CJS = 'module.exports = {';
/** A file whose text is not kept, and one that imports it. */
const gears = { 'gears.cjs': 'module.exports = {};', 'engine.js': `import './gears.cjs';\n${engine(1)}` };

describe('components that crash while their modules change', () => {
  /** Its thread cannot load the files that are there now. */
  const degrade = async (stage: HotStage): Promise<void> => {
    const degraded = stage.until('the thread of engine dies again and again');
    expect((await failure(stage.engine('a').exit())).name).to.equal('ComponentCrashedError');
    await degraded;
  };

  it('say that the silo has refused the files which their thread cannot load, and are back at once when those are as they were', async () => {
    await using stage = await HotStage.open(gears);
    await stage.engine('a').add(3);
    stage.project.writeAsIs('gears.cjs', BROKEN_CJS);
    expect(await stage.silo.reload()).to.have.property('kind', 'failed');
    await degrade(stage);
    const refused = await failure(stage.engine('a').now());
    expect(refused.degradedUntil).to.be.a('number');
    expect(refused.message).to.contain('the silo has refused these files, and tries again when they load').and.contain(stage.project.path('gears.cjs'));
    stage.project.writeAsIs('gears.cjs', gears['gears.cjs']);
    expect(await stage.silo.reload()).to.deep.equal({ kind: 'unchanged' });
    expect([await stage.engine('a').now(), await stage.engine('a').version()]).to.deep.equal([3, 1]);
  });

  it('are back at once with the new code when that is mended', async () => {
    await using stage = await HotStage.open(gears);
    await stage.engine('a').add(3);
    stage.project.writeAsIs('gears.cjs', BROKEN_CJS);
    await stage.silo.reload();
    await degrade(stage);
    stage.project.writeAsIs('gears.cjs', gears['gears.cjs']);
    stage.project.write('engine.js', engine(2));
    expect(await stage.silo.reload()).to.have.property('kind', 'reloaded');
    expect([await stage.engine('a').now(), await stage.engine('a').version()]).to.deep.equal([3, 2]);
  });

  it('are back at once when another file is mended that kept their thread from loading', async () => {
    await using stage = await HotStage.open({ ...gears, 'engine.js': engine(1), 'car.js': `import './gears.cjs';\n${car(1)}` });
    await stage.engine('a').add(3);
    stage.project.writeAsIs('gears.cjs', BROKEN_CJS);
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

  for (const [what, spoil] of Object.entries({
    'does not parse': ({ project }: HotStage) => project.writeAsIs('engine.js', BROKEN),
    'is not there': ({ project }: HotStage) => rmSync(project.path('engine.js')),
    'loads, beside another that does not': ({ project }: HotStage) => {
      project.write('engine.js', engine(2));
      project.writeAsIs('gate.js', BROKEN);
    },
    'loads, and is refused with the rest': ({ project }: HotStage) => {
      project.write('engine.js', engine(2));
      project.write('car.js', car(2).replace("name: 'car'", "name: 'coach'"));
    },
  })) {
    it(`go on with the code that the silo runs while their file ${what}, and with the new one when that is mended`, async () => {
      await using stage = await HotStage.open();
      await stage.engine('a').add(3);
      spoil(stage);
      expect(await stage.silo.reload()).to.have.property('kind', 'failed');
      await failure(stage.engine('a').exit());
      expect([await stage.engine('a').now(), await stage.engine('a').version()]).to.deep.equal([3, 1]);
      stage.project.write('gate.js', gates);
      stage.project.write('car.js', car(1));
      stage.project.write('engine.js', engine(3));
      expect(await stage.silo.reload()).to.have.property('kind', 'reloaded');
      expect([await stage.engine('a').now(), await stage.engine('a').version()]).to.deep.equal([3, 3]);
    });
  }

  it('begin with the code that the silo runs where they had no instance before their files broke', async () => {
    await using stage = await HotStage.open();
    stage.project.writeAsIs('engine.js', BROKEN);
    expect(await stage.silo.reload()).to.have.property('kind', 'failed');
    expect([await stage.engine('a').add(3), await stage.engine('a').version()]).to.deep.equal([3, 1]);
  });
});
