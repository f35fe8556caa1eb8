import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ActivationFailedError, ComponentCrashedError } from '../../protocol/errors/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { failure } from '../support/memory-silo.js';
import { Bench, DiesAwake, Exits, Hangs, Shed, Throws, Workshop } from './fixtures/workshop.js';

describe('a component that is added in a thread', () => {
  let silo: Silo;
  beforeEach(async () => { silo = await startSilo({ modules: [fileURLToPath(new URL('./fixtures/workshop.js', import.meta.url))], log: 'silent' }); });
  afterEach(() => silo.stop());

  const workshop = () => silo.actor(Workshop, 'w');
  const bench = () => silo.actor(Shed, 's').getComponent(Bench);
  const add = (Class: new () => object) => failure(workshop().manage.addComponent(Class as never));

  it('is made before it counts as added: one whose thread dies of its constructor is not there, and the crash is told', async () => {
    const exited = await add(Exits);
    expect(exited).to.be.instanceOf(ComponentCrashedError);
    expect([exited.message, exited.exitCode]).to.deep.equal(['workshop/w#Exits could not be added: Exits: its thread died: it exited with code 4', 4]);
    expect((await add(Hangs)).message).to.match(/^workshop\/w#Hangs could not be added: .*turnLimit/);
    expect((await add(DiesAwake)).exitCode).to.equal(6);
    expect(await add(Throws)).to.be.instanceOf(ActivationFailedError).with.property('message', 'workshop/w#Throws could not be added: not here');
    expect(await workshop().names()).to.deep.equal([]);
  });

  it('does not take the turn along that goes on without it', async () => {
    expect(await workshop().tryToAdd('Exits')).to.equal('ComponentCrashedError');
    await workshop().manage.deactivate();
    expect([await workshop().tried(), await workshop().names()]).to.deep.equal([1, []]);
  });

  it('waits for a thread that is on its way back, and is refused while that is degraded', async () => {
    const crashing = failure(bench().exit());
    const waiting = workshop().manage.addComponent(Bench);
    await crashing;
    expect(await (await waiting).put()).to.equal(1);
    for (let i = 1; i < 5; i++) await failure(bench().exit());
    const refused = await add(Bench);
    expect(refused).to.be.instanceOf(ComponentCrashedError);
    expect(refused.degradedUntil).to.be.a('number');
    expect(await workshop().names()).to.deep.equal(['workshop/w#Bench']);
  });
});
