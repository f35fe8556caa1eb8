import { expect } from 'chai';
import { Actor, Component } from '../../sdk/index.js';
import { memorySilo } from '../support/memory-silo.js';

@Component({ name: 'warned-bag' }) class Bag {}
@Component({ name: 'warned-mind', isolation: 'dedicated' }) class Mind {}
@Component({ name: 'warned-own', isolation: 'inline' }) class Own {}
@Actor({ name: 'warned-hero', components: [Bag, Mind, Own] }) class Hero {}
@Actor({ name: 'warned-town', components: [Bag], isolation: 'worker' }) class Town {}
@Actor({ name: 'warned-plain', components: [Own] }) class Plain {}

const told = async (...classes: readonly object[]): Promise<unknown> => {
  const { log, runtime } = memorySilo(classes);
  await runtime.stop();
  return log.lines.filter(({ level }) => level === 'info').map(({ fields, message }) => ({ fields, message }));
};

describe('classes that are to run in threads, which cannot load them because they were given as classes,', () => {
  it('are told in one line at the start, each once, with what to give instead', async () => {
    expect(await told(Hero, Town, Plain)).to.deep.equal([{
      fields: { classes: ['Bag', 'Mind', 'Town'] },
      message: "Bag, Mind, Town run in the silo's own thread: they were given as classes, and threads load files; give the paths of their modules to isolate them",
    }]);
  });

  it("are none where all say isolation: 'inline'", async () => {
    expect(await told(Plain)).to.deep.equal([]);
  });
});
