import { expect } from 'chai';
import { actorMetadata, componentMetadata, type ActorOptions, type ComponentOptions } from '../../decorators/index.js';
import { Actor, Component, ConfigurationError } from '../../sdk/index.js';
import { refusal } from './refusal.js';

@Component() class Health {}
@Component({ name: 'bag', isolation: 'dedicated', tags: ['vital', 'vital', 'heavy'] }) class Inventory {}

function refused(options: unknown): string {
  return refusal(() => {
    @Component(options as ComponentOptions) class Part {}
    return Part;
  });
}

function componentsOf(components: unknown) {
  @Actor({ components } as ActorOptions) class Player {}
  return actorMetadata(Player)!.components;
}

describe('@Component', () => {
  it('takes the class name and a worker when no option is given', () => {
    expect(componentMetadata(Health)).to.deep.include({ kind: 'component', name: 'Health', target: Health, isolation: 'worker', tags: [] });
  });

  it('keeps every option, each tag once', () => {
    expect(componentMetadata(Inventory)).to.deep.include({ name: 'bag', isolation: 'dedicated', tags: ['vital', 'heavy'] });
    expect(componentMetadata(Inventory)).to.be.frozen;
    expect(componentMetadata(Inventory)!.tags).to.be.frozen;
  });

  it('is not inherited', () => {
    class Armour extends Health {}
    expect(componentMetadata(Armour)).to.equal(undefined);
    expect(actorMetadata(Health)).to.equal(undefined);
  });

  it('names unknown options, bad values and what this version does not implement', () => {
    const start = '@Component on class Part: ';
    expect(refused({ colour: 1 })).to.equal(`${start}unknown option "colour"; known options: name, isolation, tags, persistence, reentrancy, threads, memoryLimitMb, turnLimit`);
    expect(refused({ version: '1.0.0' })).to.equal(`${start}option "version" is not implemented in this version`);
    expect(refused({ threads: 0 })).to.equal(`${start}option "threads" is 0; expected a whole number from 1 to 64`);
    expect(refused({ memoryLimitMb: 8 })).to.equal(`${start}option "memoryLimitMb" is 8; expected a whole number from 16`);
    expect(refused({ turnLimit: 'long' })).to.contain(`${start}option "turnLimit": "long" is not a duration`);
    expect(refused({ persistence: 'often' })).to.equal(`${start}option "persistence" is "often"; expected 'turn', 'lazy', 'manual'`);
    expect(refused({ reentrancy: 'some' })).to.equal(`${start}option "reentrancy" is "some"; expected 'chain', 'all', 'none'`);
    expect(refused({ isolation: 'process' })).to.equal(`${start}option "isolation" is "process"; expected 'worker', 'dedicated', 'inline'`);
    expect(refused({ tags: 'vital' })).to.equal(`${start}option "tags" is "vital"; expected an array of strings`);
    expect(refused({ tags: ['vital', 3] })).to.equal(`${start}option "tags[1]" is 3; expected a non-empty string`);
    expect(refused({ tags: [''] })).to.equal(`${start}option "tags[0]" is ""; expected a non-empty string`);
    expect(refused({ name: 'a:b' })).to.contain(`${start}option "name": "a:b" is not a name`);
  });
});

describe('components of an actor', () => {
  it('are resolved on first use, in order, classes and thunks alike', () => {
    let calls = 0;
    const components = componentsOf([() => ((calls += 1), Inventory), Health]);
    expect(calls).to.equal(0);
    expect(components().map(({ name }) => name)).to.deep.equal(['bag', 'Health']);
    expect(components()).to.equal(components());
    expect(calls).to.equal(1);
  });

  it('may be classes that load after the actor, by a thunk', () => {
    const components = componentsOf([() => Late]);
    @Component() class Late {}
    expect(components()).to.deep.equal([componentMetadata(Late)]);
  });

  it('do not change when the array does', () => {
    const list = [Health];
    const components = componentsOf(list);
    list.push(Inventory);
    expect(components()).to.have.length(1);
  });

  it('are refused as undefined when their module has not loaded, with the way out', () => {
    const advice = 'is undefined: its module has not loaded yet (circular import); write a thunk: () => TheClass';
    expect(refusal(() => componentsOf([Health, undefined]))).to.equal(`@Actor on class Player: components[1] ${advice}`);
    expect(refusal(() => componentsOf([, Health]))).to.equal(`@Actor on class Player: components[0] ${advice}`);
    expect(refusal(componentsOf([() => undefined]))).to.equal(`@Actor on class Player: components[0] (a thunk) ${advice}`);
  });

  it('are refused when they are no @Component classes', () => {
    class Plain {}
    @Actor() class Other {}
    class Derived extends Health {}
    const start = '@Actor on class Player: components[0]';
    expect(refusal(() => componentsOf(Health))).to.equal('@Actor on class Player: option "components" is Health; expected an array of classes or thunks');
    expect(refusal(() => componentsOf(['Health']))).to.equal(`${start} is "Health"; expected a @Component class or a thunk`);
    expect(refusal(componentsOf([Plain]))).to.equal(`${start}: Plain is no @Component class; decorate it with @Component()`);
    expect(refusal(componentsOf([Derived]))).to.equal(`${start}: Derived is no @Component class (its base class Health has @Component, which is not inherited); decorate it with @Component()`);
    expect(refusal(componentsOf([Other]))).to.equal(`${start}: Other is an @Actor; decorate it with @Component()`);
    expect(refusal(componentsOf([() => Plain]))).to.equal(`${start} (a thunk): Plain is no @Component class; decorate it with @Component()`);
    expect(refusal(componentsOf([async () => Health]))).to.equal(`${start} (a thunk): an object is no @Component class; decorate it with @Component()`);
  });

  it('carry the cause when a thunk throws', () => {
    const cause = new ReferenceError("Cannot access 'Health' before initialization");
    const components = componentsOf([() => { throw cause; }]);
    expect(refusal(components)).to.equal("@Actor on class Player: components[0]: the thunk threw: Cannot access 'Health' before initialization");
    expect(components).to.throw(ConfigurationError).with.property('cause', cause);
  });

  it('have different names', () => {
    @Component({ name: 'Health' }) class Armour {}
    expect(refusal(componentsOf([Health, Armour])))
      .to.equal('@Actor on class Player: two components are named "Health" (classes Health and Armour); give each a name of its own');
    expect(refusal(componentsOf([Health, () => Health])))
      .to.equal('@Actor on class Player: two components are named "Health" (class Health twice); give each a name of its own');
  });

  it('are not inherited from a base class', () => {
    @Actor({ components: [Health] }) class Base {}
    @Actor() class Derived extends Base {}
    expect(actorMetadata(Derived)!.components()).to.deep.equal([]);
  });
});
