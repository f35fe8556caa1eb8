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

  it('host actors of placement policies of your own, with whatever options', () => {
    @Actor({ name: 'types-mine', placement: { policy: 'mine', near: ['water'] } }) class Mine {}
    const hosted = new ActorTypes(['mine']);
    hosted.add(Mine);
    expect(hosted.get('types-mine')!.placement).to.deep.equal({ policy: 'mine', options: { near: ['water'] } });
  });

  it('refuse a placement policy that nobody knows, naming the actor, the policy, the known ones and the way out', () => {
    @Actor({ name: 'types-own', placement: 'my-policy' }) class Own {}
    const hosted = new ActorTypes(['mine']);
    expect(() => hosted.add(Own)).to.throw(ConfigurationError, `the actor 'types-own' asks for the placement policy 'my-policy'; known: ${POLICY_NAMES.join(', ')}, mine; `
      + 'add policies of your own with startSilo({ placement: { policies } })');
  });

  it('host actors of the policy zone with the name of a label', () => {
    @Actor({ name: 'types-racked', placement: { policy: 'zone', label: 'rack' } }) class Racked {}
    expect(types(Racked).get('types-racked')!.target).to.equal(Racked);
  });

  it('refuse options that a built-in placement policy does not take, naming the actor, the policy, the option and the known ones', () => {
    @Actor({ name: 'types-zoned', placement: { policy: 'zone', prefer: 'a' } }) class Zoned {}
    expect(() => types(Zoned)).to.throw(ConfigurationError, "the actor 'types-zoned' gives the placement policy 'zone' the option 'prefer'; known: label");
    @Actor({ name: 'types-hashed', placement: { policy: 'hash', label: 'a' } }) class Hashed {}
    expect(() => types(Hashed)).to.throw(ConfigurationError, "the actor 'types-hashed' gives the placement policy 'hash' the option 'label'; it takes none");
  });

  it('refuse a label that is no name', () => {
    @Actor({ name: 'types-labelled', placement: { policy: 'zone', label: 5 } }) class Labelled {}
    expect(() => types(Labelled)).to.throw(ConfigurationError, "the actor 'types-labelled' gives the placement policy 'zone' the option 'label': 5 is not the name of a label; give a non-empty string");
  });
});
