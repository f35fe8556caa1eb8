import { expect } from 'chai';
import { ConfigurationError } from '../../sdk/index.js';
import { EntityContext } from '../../sdk/context/entity-context.js';
import { failure } from '../support/memory-silo.js';
import { TailSilo } from './tail-silo.js';
import { Desk, Hooked } from './tail-steps.js';

describe('tail calls that cannot be are refused, and the turn changes nothing:', () => {
  const tails = new TailSilo([Hooked, Desk]);
  const { step, answered, steps } = tails;
  const refused = async (call: Promise<unknown>, words: RegExp): Promise<void> => {
    const error = await failure(answered(call));
    expect(error).to.be.instanceOf(ConfigurationError);
    expect(error.message).to.match(words);
    await tails.clock.advance(5000);
    expect(await steps('abc')).to.deep.equal({ a: [], b: [], c: [] });
    expect(tails.silo.runtime.messages.replies.count).to.equal(0);
  };

  it('those that are made and not returned', async () => {
    await refused(step('a').forget(), /tail-step\/a\.forget made this tail call and did not return it; write: return ctx\.tailCall\(…\)\.walk\(…\)/);
  });
  it('all but the one that is returned', async () => {
    await refused(step('a').twice(), /ctx\.tailCall\(tail-step\/b\)\.walk: .* did not return it/);
  });
  it('those of another turn', async () => {
    expect(await answered(step('a').keep())).to.equal('b after 2');
    const error = await failure(answered(step('a').giveKept()));
    expect(error).to.be.instanceOf(ConfigurationError);
    expect(error.message).to.match(/giveKept returned a tail call of another turn/);
  });
  it('in @ReadOnly() turns', () => refused(step('a').reading(), /reading is @ReadOnly/));
  it('in turns that their own actor waits for', () => refused(step('a').nested(), /tail-step\/a#tail-part\.walk runs inside the unit of a turn on the same actor/));
  it('for services', () => refused(step('a').toService(), /service:tail-service is a service|tail-service/));
  it('for what is no handle', () => refused(step('a').toNothing(), /expected a handle/));
  it('with options of calls', () => refused(step('a').handOver({}, 'b', { timeout: '1s' }), /has 'timeout', which is for calls/));
  it('with unknown options', () => refused(step('a').handOver({ hold: true }, 'b'), /unknown option 'hold'; known: keepTurn/));
  it('with keepTurn that is no boolean', () => refused(step('a').handOver({ keepTurn: 1 }, 'b'), /keepTurn is true or false/));
  it('with keepTurn for another actor', () => refused(step('a').handOver({ keepTurn: true }, 'b'), /tail-step\/b is another actor than tail-step\/a/));
  it('in hooks', async () => {
    const error = await failure(answered(tails.silo.actor(Hooked, 'h').touch()));
    expect(error.message).to.match(/tail-hooked\/h\.onActivate is a hook/);
  });
  it('outside turns', async () => {
    await answered(step('a').walk(''));
    const { owner } = tails.silo.runtime.catalog.get({ type: 'tail-step', key: 'a' })!;
    const context = new EntityContext(owner.activation.services.createRuntime(owner));
    expect(() => context.tailCall(step('b'))).to.throw(ConfigurationError, /no turn is running/);
  });
});
