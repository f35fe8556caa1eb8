// Dead letters as they are asked for: what is refused, and what a silo that stops says.
import { expect } from 'chai';
import { Actor, ConfigurationError, SiloUnavailableError } from '../../sdk/index.js';
import { MemoryMessageRecords } from '../../state/memory-message-records.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { failure, gate, memorySilo } from '../support/memory-silo.js';

@Actor({ name: 'dl-nobody' })
class Nobody {}

const LETTER = {
  id: 'a', target: { type: 'dl-nobody', key: 'n' }, attempts: 1, at: 0, payload: new Uint8Array(), sender: 'dl-nobody/s', sequence: 1, kind: 'tell', name: 'do', error: { name: 'Error', message: 'no' },
} as const;

describe('dead letters', () => {
  it('names the option that it does not know, and the ones that it does', async () => {
    const { letters } = memorySilo([Nobody]).runtime.messages;
    const error = await failure(letters.list({ size: 10 } as never));
    expect(error).to.be.instanceOf(ConfigurationError);
    expect(error.message).to.equal("deadLetters.list: unknown option 'size'; known: limit, cursor, type");
  });

  for (const wrong of [null, 'a', 10, ['a']]) {
    it(`expects a query, not ${JSON.stringify(wrong)}`, async () => {
      const { letters } = memorySilo([Nobody]).runtime.messages;
      expect(await failure(letters.list(wrong as never))).to.be.instanceOf(ConfigurationError).and.have.property('message').that.includes('expected a query { limit?, cursor?, type? }');
    });
  }

  it('expects the name of a type', async () => {
    const { letters } = memorySilo([Nobody]).runtime.messages;
    expect(await failure(letters.list({ type: Nobody } as never))).to.be.instanceOf(ConfigurationError).and.have.property('message').that.includes('type is the name of an actor type');
  });

  it('says that the silo stopped before the letter was in its queue, and keeps it', async () => {
    const clock = new VirtualClock();
    const records = new MemoryMessageRecords(clock);
    await records.deadLetters.add(LETTER);
    const { runtime, queues } = memorySilo([Nobody], { clock, records });
    const asked = gate();
    queues.add = () => (asked.open(), new Promise(() => undefined));
    const retried = failure(runtime.messages.letters.retry('a'));
    await asked.opened;
    runtime.messages.stop();
    const error = await retried;
    expect(error).to.be.instanceOf(SiloUnavailableError);
    expect(error.message).to.include("letter 'a'").and.to.include('ask another silo');
    expect(await failure(runtime.messages.letters.retry('a')), 'asked after the stop').to.be.instanceOf(SiloUnavailableError);
    expect(await runtime.messages.letters.retry('none')).to.equal(false);
    expect(await records.deadLetters.count()).to.equal(1);
  });
});
