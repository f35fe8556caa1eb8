import { expect } from 'chai';
import { z } from 'zod';
import { actorMetadata, type ReadOnlyOptions } from '../../decorators/index.js';
import { Actor, ActorEvent, Every, Interleave, On, Public, ReadOnly, type PublicOptions } from '../../sdk/index.js';
import { refusal } from './refusal.js';

@ActorEvent('public.rang') class Rang {}
const text = z.string();

describe('@Public and @ReadOnly on methods', () => {
  function refused(options: unknown): string {
    return refusal(() => {
      @Actor() class Player { @Public(options as PublicOptions) move(_to: string): void {} }
      return Player;
    });
  }

  it('keep the audience and the schemas', () => {
    @Actor() class Player {
      @Public() open(): void {}
      @Public({ for: 'self' }) own(): void {}
      @Public({ for: ['admin', 'guide'] }) staff(): void {}
      @Public({ for: 'any', args: [text] }) say(_text: string): void {}
      closed(): void {}
      @ReadOnly() look(): void {}
    }
    const { methods } = actorMetadata(Player)!;
    const audience = (name: string) => methods.get(name)!.public?.for;
    expect(['open', 'own', 'staff', 'say', 'closed'].map(audience)).to.deep.equal(['default', 'self', ['admin', 'guide'], 'any', undefined]);
    expect(methods.get('say')!.public!.args).to.deep.equal([text]);
    expect(methods.get('say')!.public!.args).to.be.frozen;
    expect([...methods.values()].filter(({ readOnly }) => readOnly).map(({ name }) => name)).to.deep.equal(['look']);
  });

  it('take any Standard Schema, also one that is a function', () => {
    const schema = Object.assign(() => true, { '~standard': { version: 1 as const, vendor: 'mine', validate: (value: unknown) => ({ value }) } });
    @Actor() class Player { @Public({ args: [schema] }) say(_text: string): void {} }
    expect(actorMetadata(Player)!.methods.get('say')!.public!.args).to.deep.equal([schema]);
  });

  it('refuse unknown options and bad values, saying what was expected', () => {
    const start = '@Public on Player.move: ';
    expect(refused({ role: 'x' })).to.equal(`${start}unknown option "role"; known options: for, args`);
    expect(refused({ for: 'admin' })).to.equal(`${start}option "for" is "admin"; expected 'self', 'any' or an array of roles`);
    expect(refused({ for: [] })).to.equal(`${start}option "for" is an empty array; name a role, or leave @Public out`);
    expect(refused({ for: ['admin', 1] })).to.equal(`${start}option "for[1]" is 1; expected a role's name`);
    expect(refused({ args: text })).to.equal(`${start}option "args" is an object; expected an array of schemas`);
    for (const [schema, shown] of [[String, 'String'], [{}, 'an object'], [undefined, 'undefined'], [{ '~standard': { version: 2, validate() {} } }, 'an object']]) {
      expect(refused({ args: [schema] })).to.equal(`${start}option "args[0]" is ${shown as string}; expected a Standard Schema (zod, valibot, arktype, ...)`);
    }
  });

  it('want one schema per parameter', () => {
    const message = (count: number) => `@Public on method "move" of class Player: "args" has ${count} schemas for 1 parameters; give one per argument`;
    expect(refused({ args: [] })).to.equal(message(0));
    expect(refused({ args: [text, text] })).to.equal(message(2));
    @Actor() class Player { @Public({ args: [text, text] }) move(_a: string, _b = ''): void {} }
    expect(actorMetadata(Player)!.methods.get('move')!.public!.args).to.have.length(2);
  });

  it('refuse what cannot be called', () => {
    expect(refusal(() => {
      @Actor() class Player { @Public() onActivate(): void {} }
      return Player;
    })).to.equal('@Public on method "onActivate" of class Player: it is a hook and cannot be called');
    expect(refusal(() => {
      @Actor() class Player { @Public() async *feed(): AsyncGenerator<number> { yield 1; } }
      return Player;
    })).to.equal('@Public on method "feed" of class Player: it is a generator and cannot be called');
    expect(refusal(() => {
      @Actor() class Player { @ReadOnly() toString(): string { return ''; } }
      return Player;
    })).to.equal('@ReadOnly on method "toString" of class Player: it has a name that JavaScript itself uses and cannot be called');
    expect(refusal(() => {
      @Actor() class Player { @Public() @Every('1s') tick(): void {} }
      return Player;
    })).to.equal('@Public on method "tick" of class Player: it has @Every and cannot be called');
    expect(refusal(() => {
      @Actor() class Player { @Public() @On(Rang, { from: 'self' }) heard(): void {} }
      return Player;
    })).to.equal('@Public on method "heard" of class Player: it has @On and cannot be called');
    expect(refusal(() => {
      @Actor() class Player { @ReadOnly() @Every('1s') tick(): void {} }
      return Player;
    })).to.equal('@ReadOnly on method "tick" of class Player: together with @Every it is not implemented in this version');
  });

  it('stand once on a method', () => {
    expect(refusal(() => {
      @Actor() class Player { @Public() @Public({ for: 'any' }) move(): void {} }
      return Player;
    })).to.equal('@Public on Player.move: the method has it already');
  });

  it('do not vanish when another decorator puts an accessor in the method\'s place', () => {
    const bound = (_target: object, _name: string, { value }: PropertyDescriptor): PropertyDescriptor => ({ get: () => value as unknown, configurable: true });
    expect(refusal(() => {
      @Actor() class Player { @bound @Public() move(): void {} }
      return Player;
    })).to.equal('@Public on method "move" of class Player: another decorator replaced the method by an accessor');
  });

  it('refuse options that they do not know, and values that are none', () => {
    const refusedReadOnly = (options: unknown) => refusal(() => {
      class Player { @ReadOnly(options as ReadOnlyOptions) look(): void {} }
      return Player;
    });
    expect(refusedReadOnly({ strict: 'yes' })).to.equal('@ReadOnly on Player.look: option "strict" is "yes"; expected true or false');
    expect(refusedReadOnly({ loose: true })).to.equal('@ReadOnly on Player.look: unknown option "loose"; known options: strict');
  });
});

describe('@Interleave on methods', () => {
  it('is said of the method that has it, and of no override without it', () => {
    @Actor() class Base { @Interleave() wake(): void {} @ReadOnly({ strict: true }) look(): void {} }
    @Actor() class Derived extends Base { override wake(): void {} }
    expect(actorMetadata(Base)!.methods.get('wake')).to.include({ interleave: true, strict: false });
    expect(actorMetadata(Base)!.methods.get('look')).to.include({ interleave: false, strict: true, readOnly: true });
    expect(actorMetadata(Derived)!.methods.get('wake')).to.include({ interleave: false });
  });

  it('is refused where it cannot be kept', () => {
    expect(refusal(() => {
      @Actor() class Player { @Interleave() @ReadOnly({ strict: true }) look(): void {} }
      return Player;
    })).to.equal('@Interleave on method "look" of class Player: a strict read waits for open turns; drop one of the two');
    expect(refusal(() => {
      @Actor() class Player { @Interleave() @Every('1s') tick(): void {} }
      return Player;
    })).to.equal('@Interleave on method "tick" of class Player: it has @Every; events and ticks take their turn in order');
    expect(refusal(() => {
      @Actor() class Player { @Interleave() onActivate(): void {} }
      return Player;
    })).to.equal('@Interleave on method "onActivate" of class Player: it is a hook and cannot be called');
    expect(refusal(() => {
      class Player { @Interleave({ always: true } as never) wake(): void {} }
      return Player;
    })).to.equal('@Interleave on Player.wake: unknown option "always"; it takes none');
    expect(refusal(() => (Interleave as (...args: unknown[]) => unknown)({ constructor: class Player {} }, 'wake', {}))).to.match(/^@Interleave needs parentheses/);
  });
});
