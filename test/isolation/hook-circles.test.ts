// Circles of calls that go through the onActivate of an instance which is made anew: the turns that wait for it are known to wait.
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { CallCycleError } from '../../protocol/errors/index.js';
import { loadModules } from '../../silo/options/modules.js';
import { failure, memorySilo, type TestSilo } from '../support/memory-silo.js';
import { Bell, gates, Holder, newGates, Tower } from './fixtures/hook-circles.js';

const modules = [fileURLToPath(new URL('./fixtures/hook-circles.js', import.meta.url))];
const circle = ['tower/t#bell', 'holder/h', 'tower/t#bell'];

describe('a circle of calls through the onActivate of a component that comes back after a crash', () => {
  let silo: TestSilo;
  beforeEach(async () => {
    newGates();
    const files = await loadModules(modules);
    silo = memorySilo(files.actors, { files, components: files.components });
  });
  afterEach(async () => {
    for (const each of Object.values(gates)) each.open();
    await silo.runtime.stop();
  });

  const bell = () => silo.actor(Tower, 't').getComponent(Bell);

  it('is refused at once: the call that closes it, and the others go on', async () => {
    await bell().prepare('h', false);
    const held = failure(silo.actor(Holder, 'h').hold('t', 'ring'));
    await gates.held.opened;
    const crashing = failure(bell().exit());
    // It gets its turn before the thread is back, and waits for the hook, which waits for the holder.
    const waiting = bell().ring();
    await gates.asked.opened;
    gates.go.open();
    const error = await held;
    expect(error).to.be.instanceOf(CallCycleError);
    expect(error['cycle']).to.deep.equal(circle);
    expect(await waiting).to.equal('rung, now of h');
    await crashing;
  });

  it('is refused at once where the hook closes it: nothing that waits for the hook runs, and the next call begins anew', async () => {
    await bell().prepare('h', true);
    const held = silo.actor(Holder, 'h').hold('t', 'ring');
    await gates.held.opened;
    const crashing = failure(bell().exit());
    const waiting = failure(bell().ring());
    await gates.calls.opened;
    gates.go.open();
    await gates.ringing.opened;
    gates.ask.open();
    const error = await waiting;
    expect(error).to.be.instanceOf(CallCycleError);
    expect(error['cycle']).to.deep.equal(['holder/h', 'tower/t#bell', 'holder/h']);
    expect(await held).to.equal('rung, now of h');
    await crashing;
  });

  it('is refused at once where a turn closes it that runs beside the hook and waits for it', async () => {
    await bell().prepare('h', false);
    const held = failure(silo.actor(Holder, 'h').hold('t', 'look'));
    await gates.held.opened;
    await failure(bell().exit());
    await gates.asked.opened;
    gates.go.open();
    const error = await held;
    expect(error).to.be.instanceOf(CallCycleError);
    expect(error['cycle']).to.deep.equal(circle);
    expect(await bell().ring()).to.equal('rung, now of h');
  });

  it('is none where an actor that the hook wakes calls the component: its own chain leads there', async () => {
    await bell().prepare('', false, 't');
    const crashing = failure(bell().exit());
    expect(await bell().ring()).to.equal('rung, rung for t');
    await crashing;
  });
});
