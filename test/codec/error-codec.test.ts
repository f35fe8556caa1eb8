import 'reflect-metadata';
import { expect } from 'chai';
import { Exclude } from 'class-transformer';
import { copyError, createCodec, errorOfCode, fromWireError, toWireError, type WireError } from '../../protocol/codec/index.js';
import * as errors from '../../protocol/errors/index.js';
import { registerSerializable } from '../../protocol/serializable-registry.js';
import { Vec2 } from './arbitraries.js';

const codec = createCodec();
const overWire = (wire: WireError): WireError => codec.decode(codec.encode(wire, 'error')) as WireError;
type Loose = Error & Readonly<Record<string, unknown>>;
const ways: Readonly<Record<string, (error: unknown) => Loose>> = {
  'a copy on the same silo': (error) => copyError(error, codec) as Loose,
  'the wire of the cluster': (error) => fromWireError(overWire(toWireError(error, codec, { audience: 'cluster' }))) as Loose,
};
const toOutside = (error: unknown, logId?: () => string): Loose => fromWireError(overWire(toWireError(error, codec, { audience: 'outside', logId }))) as Loose;

class Socket {}
class NoAmmo extends Error {}
class OutOfMana extends Error {
  @Exclude() secret = 1;
  constructor(message: string, readonly missing: number, readonly socket: unknown = undefined) {
    super(message);
    this.name = 'OutOfMana';
  }
}
registerSerializable('error-codec.out-of-mana', OutOfMana);
class Custom extends errors.MailboxFullError {}

for (const [way, send] of Object.entries(ways)) {
  describe(`an error that travels as ${way}`, () => {
    it('is of Troupe\'s own class, with message, data fields and retryable, whichever class it is', () => {
      const classes = Object.values(errors).filter((Class) => Class.prototype instanceof errors.TroupeError) as unknown as (new (message: string, options?: object) => errors.TroupeError)[];
      expect(classes.length).to.be.greaterThan(20);
      for (const Class of classes) {
        const error = new Class('a message', { path: 'args[0]', limit: 3, when: new Date(1) });
        const sent = send(error);
        expect(sent).to.be.instanceOf(Class).and.not.equal(error);
        expect(sent).to.include({ name: error.name, message: 'a message', code: error.code, retryable: error.retryable, path: 'args[0]', limit: 3 });
        expect((sent as unknown as errors.TroupeError).data).to.deep.equal(error.data);
      }
    });

    it('is of the class that JavaScript has, with message, stack, cause and own fields', () => {
      const error = Object.assign(new RangeError('too far', { cause: new TypeError('odd', { cause: 'a string' }) }), { code: 'ERANGE', at: new Vec2(1, 2), errors: [1] });
      const sent = send(error);
      expect(sent).to.be.instanceOf(RangeError).and.include({ message: 'too far', stack: error.stack, code: 'ERANGE' });
      expect(sent.at).to.be.instanceOf(Vec2).and.not.equal(error.at);
      expect(sent.errors).to.deep.equal([1]);
      expect(sent.cause).to.be.instanceOf(TypeError).with.property('cause').that.is.instanceOf(errors.RemoteError);
      expect((send(new AggregateError([new NoAmmo('none')], 'all')).errors as Loose[])[0]).to.include({ remoteName: 'NoAmmo' });
      expect(send(Object.assign(new Error('x'), { name: 'Renamed' }))).to.include({ name: 'Renamed' });
      for (const Class of [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError]) expect(Object.getPrototypeOf(send(new Class('x')))).to.equal(Class.prototype);
    });

    it('is of its @Serializable class, as class-transformer\'s decorators say', () => {
      const sent = send(new OutOfMana('drained', 5));
      expect(sent).to.be.instanceOf(OutOfMana).and.include({ message: 'drained', missing: 5, name: 'OutOfMana' }).and.not.have.property('secret');
      expect(sent.stack).to.contain('drained');
    });

    it('is a RemoteError for any other class: name, message, stack, own fields', () => {
      const error = Object.assign(new NoAmmo('none left', { cause: new Error('empty') }), { clip: [1], code: 'E_NONE', remoteName: 'spoofed' });
      const sent = send(error);
      expect(sent).to.be.instanceOf(errors.RemoteError);
      expect(sent).to.include({ remoteName: 'NoAmmo', message: 'none left', remoteStack: error.stack, code: 'ERR_REMOTE' });
      expect(sent.clip).to.deep.equal([1]);
      expect((sent.data as Record<string, unknown>).code).to.equal('E_NONE');
      expect(sent.cause).to.be.instanceOf(Error).with.property('message', 'empty');
      expect(send(new Custom('sub'))).to.be.instanceOf(errors.RemoteError).and.include({ remoteName: 'Custom' });
    });

    it('is the RemoteError it was when it is passed on', () => {
      const sent = send(send(Object.assign(new NoAmmo('none'), { clip: 1 })));
      expect(sent).to.be.instanceOf(errors.RemoteError).and.include({ remoteName: 'NoAmmo', message: 'none', clip: 1 });
    });

    it('is a RemoteError that names the value when no Error was thrown', () => {
      for (const [thrown, text] of [['boom', '"boom"'], [7, '7'], [undefined, 'undefined'], [null, 'null'], [new Socket(), 'Socket'], [Symbol('s'), 'Symbol(s)'], [() => 1, 'function']] as const) {
        expect(send(thrown)).to.be.instanceOf(errors.RemoteError).with.property('message').that.contains(text);
      }
    });

    it('leaves behind what it carries and cannot travel', () => {
      const hostile = Object.defineProperty(new OutOfMana('drained', 5, new Socket()), 'trap', { enumerable: true, get: () => { throw new Error('no'); } });
      expect(send(new OutOfMana('drained', 5, new Socket()))).to.be.instanceOf(OutOfMana).and.include({ missing: 5 }).and.not.have.property('socket');
      expect(send(hostile)).to.be.instanceOf(Error);
      const cycle = new Error('round');
      Object.assign(cycle, { socket: new Socket(), run: () => 1, kept: 1 });
      cycle.cause = cycle;
      expect(send(cycle)).to.include({ message: 'round', kept: 1 }).and.not.have.any.keys('socket', 'run');
    });

    it('has its stack cut to 4096 characters, and its causes after the fourth', () => {
      let error = new Error('0');
      for (let i = 1; i < 20; i++) error = Object.assign(new Error(String(i), { cause: error }), { stack: 'x'.repeat(9000) });
      let depth = 0;
      for (let sent: unknown = send(error); sent instanceof Error; sent = sent.cause, depth++) expect(sent.stack!.length).to.equal(4096);
      expect(depth).to.equal(5);
    });
  });
}

describe('an error that goes to outside clients', () => {
  const fail = (): string => { throw new Error('nothing is withheld here'); };

  it('keeps class, message and data of Troupe\'s own, without stack and cause', () => {
    const wire = toWireError(new errors.InvalidArgumentError('args[0]: no', { path: 'args[0]', cause: new Error('why') }), codec, { audience: 'outside', logId: fail });
    expect(wire).to.deep.equal({ kind: 'troupe', name: 'ERR_INVALID_ARGUMENT', message: 'args[0]: no', data: [['path', 'args[0]']] });
    expect(fromWireError(wire)).to.be.instanceOf(errors.InvalidArgumentError).with.property('path', 'args[0]');
  });

  it('arrives as itself when its class is @Serializable, without stack and cause', () => {
    const sent = toOutside(new OutOfMana('drained', 5), fail);
    expect(sent).to.be.instanceOf(OutOfMana).and.include({ missing: 5, stack: 'OutOfMana: drained' });
    const wire = toWireError(Object.assign(new OutOfMana('drained', 5), { cause: new Error('x') }), codec, { audience: 'outside', logId: fail });
    expect(Object.keys(wire)).to.not.include('stack').and.not.include('cause');
  });

  it('reads "internal error" with an id for all that users throw, also through another actor', () => {
    let asked = 0;
    for (const thrown of [new NoAmmo('secret'), new TypeError('secret'), 'secret', copyError(new NoAmmo('secret'), codec), { secret: 1 }, undefined, new Custom('secret')]) {
      const wire = toWireError(thrown, codec, { audience: 'outside', logId: () => `id${++asked}` });
      expect(JSON.stringify(wire)).to.not.contain('secret');
      const sent = fromWireError(wire);
      expect(sent).to.be.instanceOf(errors.RemoteError).with.property('message', `internal error (id${asked})`);
    }
    expect(asked).to.equal(7);
    expect(toOutside(new Error('secret')).message).to.equal('internal error');
  });
});

describe('a wire error', () => {
  it('of a class that is not imported here becomes a RemoteError of that name', () => {
    const sent = fromWireError({ kind: 'serializable', name: 'elsewhere', message: 'gone', data: [['n', 1]] });
    expect(sent).to.be.instanceOf(errors.RemoteError).and.include({ remoteName: 'elsewhere', message: 'gone', n: 1 });
    expect(fromWireError({ kind: 'troupe', name: 'ERR_FUTURE', message: 'new' })).to.be.instanceOf(errors.RemoteError);
    // A wire name of a class that is no error.
    expect(fromWireError({ kind: 'serializable', name: 'arbitrary.vec2', message: 'x' })).to.be.instanceOf(errors.RemoteError);
  });

  it('may be no more than code and message', () => {
    expect(errorOfCode('ERR_FORBIDDEN', 'not you')).to.be.instanceOf(errors.ForbiddenError).and.include({ message: 'not you', stack: 'ForbiddenError: not you' });
    expect(errorOfCode('ERR_FUTURE', 'x')).to.equal(undefined);
  });
});

describe('an error of Troupe\'s among values', () => {
  it('round-trips by its code', () => {
    const error = new errors.CallCycleError('round', { cycle: ['a', 'b'], cause: new Error('x') });
    for (const sent of [codec.copy({ error }, 'value').error, (codec.decode(codec.encode({ error }, 'value')) as { error: errors.CallCycleError }).error]) {
      expect(sent).to.be.instanceOf(errors.CallCycleError).and.include({ message: 'round', retryable: true, stack: error.stack });
      expect(sent.cycle).to.deep.equal(['a', 'b']);
      expect(sent.data).to.deep.equal(error.data);
      expect(sent.cause).to.be.instanceOf(Error);
    }
  });
});
