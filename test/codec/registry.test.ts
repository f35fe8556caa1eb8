import { expect } from 'chai';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { registerSerializable, serializableClass, serializableName } from '../../protocol/serializable-registry.js';

describe('the registry of serializable classes', () => {
  class Sword { private readonly edge = 1; get sharp() { return this.edge; } }
  class Rapier extends Sword {}
  registerSerializable('registry.sword', Sword);

  it('knows a class by its name and a name by its class', () => {
    expect(serializableClass('registry.sword')).to.equal(Sword);
    expect(serializableName(Sword)).to.equal('registry.sword');
    expect(serializableClass('registry.unknown')).to.equal(undefined);
  });

  it('does not pass a name on to subclasses', () => {
    expect(serializableName(Rapier)).to.equal(undefined);
  });

  it('takes the same class under the same name again', () => {
    expect(() => registerSerializable('registry.sword', Sword)).not.to.throw();
  });

  it('refuses another class under a taken name, and another name for a class, naming both', () => {
    expect(() => registerSerializable('registry.sword', Rapier)).to.throw(ConfigurationError, /"registry\.sword" of class Rapier is taken by class Sword/);
    expect(() => registerSerializable('registry.blade', Sword)).to.throw(ConfigurationError, /Sword cannot be serializable as "registry\.blade": it already is as "registry\.sword"/);
    expect(serializableClass('registry.blade')).to.equal(undefined);
  });

  it('refuses names that cannot travel', () => {
    for (const name of ['', '1st', 'a b', 'é', 'x'.repeat(65)]) expect(() => registerSerializable(name, class Odd {})).to.throw(ConfigurationError, /class Odd/);
  });
});
