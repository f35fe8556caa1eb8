import { expect } from 'chai';
import { Actor, Component } from '../../sdk/index.js';
import { memorySilo } from '../support/memory-silo.js';

@Component({ name: 'warned-bag' }) class Bag {}
@Component({ name: 'warned-mind', isolation: 'dedicated' }) class Mind {}
@Component({ name: 'warned-own', isolation: 'inline' }) class Own {}
@Component({ name: 'warned-fire' }) class Fire {}
@Actor({ name: 'warned-hero', components: [Bag, Mind, Own] }) class Hero {}
@Actor({ name: 'warned-town', components: [Bag], isolation: 'worker' }) class Town {}
@Actor({ name: 'warned-plain', components: [Own] }) class Plain {}

const told = async (classes: readonly object[], components: readonly object[] = []): Promise<unknown> => {
  const { log, runtime } = memorySilo(classes, { components });
  await runtime.stop();
  return log.lines.filter(({ level }) => level === 'info').map(({ fields, message }) => ({ fields, message }));
};

describe('classes that are to run in threads, which cannot load them because they were given as classes,', () => {
  it('are told in one line at the start, each once, with what to give instead', async () => {
    expect(await told([Hero, Town, Plain])).to.deep.equal([{
      fields: { classes: ['Bag', 'Mind', 'Town'] },
      message: "Bag, Mind, Town run in the silo's own thread: what was given as a class cannot be loaded by a thread; give the path of its module to isolate it",
    }]);
  });

  it('are told also where no actor lists them: they can be added', async () => {
    expect(await told([Plain], [Fire, Own])).to.deep.equal([{
      fields: { classes: ['Fire'] },
      message: "Fire runs in the silo's own thread: what was given as a class cannot be loaded by a thread; give the path of its module to isolate it",
    }]);
  });

  it("are none where all say isolation: 'inline'", async () => {
    expect(await told([Plain])).to.deep.equal([]);
  });
});
