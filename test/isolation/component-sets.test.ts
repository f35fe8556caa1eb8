import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Handle } from '../../sdk/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { failure } from '../support/memory-silo.js';
import { Camp, Fire, Tent, Wood } from './fixtures/camp.js';

describe('components in threads that come and go', () => {
  let silo: Silo;
  let camp: Handle<Camp>;
  let keys = 0;
  before(async () => { silo = await startSilo({ modules: [fileURLToPath(new URL('./fixtures/camp.js', import.meta.url))], log: 'silent' }); });
  after(() => silo.stop());
  beforeEach(() => { camp = silo.actor(Camp, `c${++keys}`); });

  it('are made in the thread of their class, with their arguments, and keep their state while they sleep', async () => {
    const tent = await camp.manage.addComponent(Tent, { args: [new Wood(2), 'north'] });
    expect(await tent.where()).to.be.greaterThan(0);
    expect(await tent.given()).to.deep.equal([new Wood(2), 'north']);
    await tent.welcome();
    await camp.manage.deactivate();
    expect(await camp.names()).to.deep.equal(['Tent']);
    expect(await tent.welcome()).to.equal(2);
    expect(await tent.given()).to.deep.equal([new Wood(2), 'north']);
  });

  it('add others, which they see at once; if their unit fails there is nothing of it', async () => {
    const tent = await camp.manage.addComponent(Tent);
    expect(await failure(tent.light(true))).to.be.instanceOf(RangeError);
    expect(await camp.names()).to.deep.equal(['Tent']);
    expect(await tent.light()).to.deep.equal([`camp/c${keys}#Fire`]);
    expect(await camp.getComponent(Fire).left()).to.equal(3);
    expect(await camp.names()).to.deep.equal(['Tent', 'Fire']);
  });

  it('see what their unit has added when they are called by it, and nothing of it when it failed', async () => {
    const tent = await camp.manage.addComponent(Tent);
    expect((await failure(camp.lightAndLook(true))).message).to.equal(`camp/c${keys}#Fire`);
    expect(await tent.fires()).to.deep.equal([]);
    expect(await camp.lightAndLook(false)).to.deep.equal([`camp/c${keys}#Fire`]);
    expect(await tent.fires()).to.deep.equal([`camp/c${keys}#Fire`]);
  });

  it('have tags that change with their unit', async () => {
    const tent = await camp.manage.addComponent(Tent);
    expect(await tent.tag(`blue${keys}`)).to.deep.equal([`camp/c${keys}#Tent`]);
    expect([await tent.has(`blue${keys}`), await tent.has('cloth')]).to.deep.equal([true, true]);
    expect(await failure(tent.tag('red', true))).to.be.instanceOf(RangeError);
    expect(await tent.has('red')).to.equal(false);
    expect(await tent.others(`blue${keys}`)).to.deep.equal([`camp/c${keys}`]);
    expect(await camp.findComponent(Tent, `blue${keys}`).welcome()).to.equal(1);
  });

  it('may remove themselves', async () => {
    const tent = await camp.manage.addComponent(Tent);
    await tent.strike();
    expect(await camp.names()).to.deep.equal([]);
  });
});
