import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ActivationFailedError } from '../../protocol/errors/index.js';
import { loadModules } from '../../silo/options/modules.js';
import { failure, memorySilo, type TestSilo } from '../support/memory-silo.js';
import { Hall, Lamp } from './fixtures/waking.js';

const modules = [fileURLToPath(new URL('./fixtures/waking.js', import.meta.url))];

describe('a component that comes back after a crash', () => {
  let silo: TestSilo;
  beforeEach(async () => {
    const files = await loadModules(modules);
    silo = memorySilo(files.actors, { files, components: files.components });
  });
  afterEach(() => silo.runtime.stop());

  const hall = (key = 'h') => silo.actor(Hall, key);
  const lamp = (key = 'h') => hall(key).getComponent(Lamp);
  const awake = { method: 'onActivate', from: undefined, identity: undefined };
  const seen = (key = 'h') => ({ ...awake, owner: `hall ${key}` });
  const crash = async (key = 'h'): Promise<void> => void (await failure(lamp(key).exit()));

  it('runs onActivate as a turn of its own before a call that changes it, and keeps what that did when the call throws', async () => {
    await lamp().light();
    const crashing = crash();
    // It stands in line, and gets its turn before the thread is back.
    expect((await failure(lamp().lightThenThrow())).message).to.equal('the bulb broke');
    await crashing;
    expect(await lamp().told()).to.deep.equal({ wakings: 2, lit: 1, seen: seen() });
    expect(await lamp().hooks()).to.equal(1);
  });

  it('runs onActivate as a turn also before one that reads: what it changes is saved, and its events are heard', async () => {
    await lamp().light();
    const crashing = crash();
    const told = lamp().told();
    await crashing;
    expect(await told).to.deep.equal({ wakings: 2, lit: 1, seen: seen() });
    await hall().manage.deactivate();
    expect(await lamp().told()).to.deep.include({ wakings: 3 });
    expect(await hall().all()).to.deep.equal(['h', 'h', 'h']);
  });

  it('runs onActivate before turns of others that only waited behind the crash, once for each', async () => {
    const keys = ['h', 'i', 'j'];
    for (const key of keys) await lamp(key).light();
    const hanging = failure(lamp().hang());
    const behind = keys.slice(1).flatMap((key) => [lamp(key).light(), lamp(key).told()]);
    await hanging;
    expect(await Promise.all(behind)).to.deep.equal(keys.slice(1).flatMap((key) => [2, { wakings: 2, lit: 2, seen: seen(key) }]));
  });

  it('runs onActivate within the unit that has lost it and calls it again: both are undone together, and it begins once more', async () => {
    await lamp().light();
    expect((await failure(hall().relight(true))).message).to.equal('the hall is dark');
    expect([await hall().sum(), await lamp().told()]).to.deep.equal([0, { wakings: 2, lit: 1, seen: seen() }]);
    expect(await hall().relight(false)).to.equal(2);
    expect([await hall().sum(), await lamp().told()]).to.deep.equal([1, { wakings: 3, lit: 2, seen: seen() }]);
  });

  it('fails the calls that wait when onActivate fails, none of which has run, and begins anew with the next', async () => {
    await lamp().light();
    await lamp().failFrom(2);
    const crashing = crash();
    const waiting = await Promise.all([failure(lamp().light()), failure(lamp().told())]);
    await crashing;
    for (const error of waiting) {
      expect(error).to.be.instanceOf(ActivationFailedError);
      expect(error.message).to.equal('waking.hall/h#Lamp could not be made anew: woken 2 times; the call did not run');
      expect(error.cause).to.be.instanceOf(RangeError);
    }
    expect(await hall().all()).to.deep.equal(['h']);
    expect((await failure(lamp().light())).message).to.contain('woken 2 times');
  });
});
