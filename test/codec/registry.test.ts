import { expect } from 'chai';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { registerSerializable, replaceSerializables, serializableClass, serializableName } from '../../protocol/serializable-registry.js';

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

describe('the registry, while a module is loaded anew,', () => {
  class Old {}
  class New {}
  class Other {}
  before(() => registerSerializable('anew.thing', Old));

  it('gives its classes the names of those that they replace when they are adopted, not before; the old ones keep theirs', async () => {
    const { adopt } = await replaceSerializables(async () => registerSerializable('anew.thing', New));
    expect(serializableClass('anew.thing')).to.equal(Old);
    adopt();
    expect([serializableClass('anew.thing'), serializableName(New), serializableName(Old)]).to.deep.equal([New, 'anew.thing', 'anew.thing']);
  });

  it('leaves everything as it was when the load fails, and refuses two new classes of one name', async () => {
    const before = serializableClass('anew.thing');
    const failed = await replaceSerializables(async () => {
      registerSerializable('anew.thing', Other);
      registerSerializable('anew.thing', class Second {});
    }).catch((error: unknown) => error);
    expect(failed).to.be.instanceOf(ConfigurationError);
    expect(serializableClass('anew.thing')).to.equal(before);
    expect(() => registerSerializable('anew.thing', class Third {})).to.throw(ConfigurationError);
  });
});
