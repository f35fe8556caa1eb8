import { expect } from 'chai';
import { Actor, Component } from '../../sdk/index.js';
import { memorySilo } from '../support/memory-silo.js';

@Component({ name: 'warned-bag' }) class Bag {}
@Component({ name: 'warned-mind', isolation: 'dedicated' }) class Mind {}
@Component({ name: 'warned-own', isolation: 'inline' }) class Own {}
@Actor({ name: 'warned-hero', components: [Bag, Mind, Own] }) class Hero {}
@Actor({ name: 'warned-town', components: [Bag], isolation: 'worker' }) class Town {}
@Actor({ name: 'warned-plain', components: [Own] }) class Plain {}

const warned = async (...classes: readonly object[]): Promise<unknown> => {
  const { log, runtime } = memorySilo(classes);
  await runtime.stop();
  return log.lines.filter(({ level }) => level === 'warn').map(({ fields, message }) => ({ fields, message }));
};

describe('classes that are to run in threads, which this version lacks,', () => {
  it('are told in one line at the start, each once, with what silences it', async () => {
    expect(await warned(Hero, Town, Plain)).to.deep.equal([{
      fields: { classes: ['Bag', 'Mind', 'Town'] },
      message: "threads are not in this version: Bag, Mind, Town run in the silo's own; isolation: 'inline' on them silences this warning",
    }]);
  });

  it("are none where all say isolation: 'inline'", async () => {
    expect(await warned(Plain)).to.deep.equal([]);
  });
});
