import { expect } from 'chai';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { Actor } from '../../sdk/index.js';
import { ActorTypes } from '../../silo/actor-types.js';
import { POLICY_NAMES } from '../../silo/options/names.js';

const types = (...Classes: unknown[]): ActorTypes => {
  const hosted = new ActorTypes();
  for (const Class of Classes) hosted.add(Class);
  return hosted;
};

class Plain {
  secret(): string {
    return 'source text';
  }
}

describe('the actor types of a silo', () => {
  it('name a class that is none of theirs, without its source text', () => {
    for (const act of [() => types(Plain), () => types().nameOf(Plain), () => types().componentName(Plain)]) {
      expect(act).to.throw(ConfigurationError, 'Plain').with.property('message').that.does.not.contain('source text');
    }
  });

  it('tell of a subclass without a decorator of its own that decorators of classes are not inherited', () => {
    @Actor({ name: 'types-base' }) class Base {}
    class Derived extends Base {}
    const note = ' (its base class Base has @Actor, which is not inherited)';
    expect(() => types(Derived)).to.throw(ConfigurationError, `Derived has no @Actor decorator${note}`);
    expect(() => types(Base).nameOf(Derived)).to.throw(ConfigurationError, `expected a class with @Actor or its name, got Derived${note}`);
  });

  it('refuse whatever is no class with an error that says what it is', () => {
    for (const value of [null, undefined, 5, Object.create(null), []]) {
      for (const act of [() => types(value), () => types().nameOf(value), () => types().componentName(value)]) expect(act).to.throw(ConfigurationError);
    }
  });

  it('host actors of every known placement policy', () => {
    for (const policy of POLICY_NAMES) {
      @Actor({ name: 'types-placed', placement: policy }) class Placed {}
      expect(types(Placed).get('types-placed')!.target).to.equal(Placed);
    }
  });

  it('refuse a placement policy of your own, naming the actor, the policy and the known ones', () => {
    @Actor({ name: 'types-own', placement: 'my-policy' }) class Own {}
    expect(() => types(Own)).to.throw(ConfigurationError, `the actor 'types-own' asks for the placement policy 'my-policy'; known: ${POLICY_NAMES.join(', ')}; `
      + 'policies of your own are not implemented in this version');
  });

  it('refuse options of a placement policy, naming the actor, the policy and the option', () => {
    @Actor({ name: 'types-zoned', placement: { policy: 'zone', prefer: 'a' } }) class Zoned {}
    expect(() => types(Zoned)).to.throw(ConfigurationError, /'types-zoned' .*'zone' .*'prefer'.*known: random, prefer-local, .*not implemented in this version/);
  });
});
