import { expect } from 'chai';
import { createCodec, type ReferenceCodec, type ReferenceId } from '../../protocol/codec/index.js';
import { LIMITS } from './arbitraries.js';

class Handle {
  readonly #id: ReferenceId;
  constructor(id: ReferenceId) { this.#id = id; }
  static is(value: object): value is Handle { return #id in value; }
  static idOf(handle: Handle): ReferenceId { return handle.#id; }
}
const references: ReferenceCodec = { isReference: (value) => Handle.is(value), toId: (value) => Handle.idOf(value as Handle), fromId: (id) => new Handle(id) };
const codec = createCodec({ references });
const player = new Handle({ type: 'player', key: 'p/1 é' });
const health = new Handle({ type: 'player', key: 'p1', component: 'Health' });
const idsOf = (value: unknown): ReferenceId[] => (value as Handle[]).map((handle) => Handle.idOf(handle));

describe('a handle among values', () => {
  it('travels as its id', () => {
    for (const sent of [codec.copy([player, health], 'args'), codec.decode(codec.encode([player, health], 'args'))]) {
      expect(idsOf(sent)).to.deep.equal([{ type: 'player', key: 'p/1 é', component: undefined }, { type: 'player', key: 'p1', component: 'Health' }]);
    }
  });

  it('may look like a plain object', () => {
    const plain = { id: 'p1' };
    const cheap = createCodec({ references: { isReference: (value) => value === plain, toId: () => ({ type: 'player', key: 'p1' }), fromId: () => plain } });
    expect(cheap.copy([{ h: plain }], 'args')[0]!.h).to.equal(plain);
    expect(cheap.decode(cheap.encode(plain, 'args'))).to.equal(plain);
  });

  it('is one handle where it occurs twice', () => {
    const [first, second] = codec.decode(codec.encode([player, player], 'args')) as Handle[];
    expect(first).to.equal(second);
  });

  it('is refused from outside by its path, unless it is allowed', () => {
    const bytes = codec.encode([{ to: player }], 'args');
    expect(() => codec.decodeUntrusted(bytes, LIMITS, 'args')).to.throw('args[0].to: handles are not accepted here').with.property('code', 'ERR_INVALID_ARGUMENT');
    const [{ to }] = codec.decodeUntrusted(bytes, { ...LIMITS, allowReferences: true }, 'args') as [{ to: Handle }];
    expect(Handle.idOf(to).key).to.equal('p/1 é');
  });

  it('with a type or key that no actor can have is refused from outside', () => {
    for (const id of [{ type: 'a b', key: 'k' }, { type: 'a', key: '' }, { type: 'a', key: 'x'.repeat(2000) }, { type: 'a', key: 'k', component: '?' }]) {
      const bytes = codec.encode(new Handle(id), 'args');
      expect(() => codec.decodeUntrusted(bytes, { ...LIMITS, allowReferences: true }, 'args')).to.throw().with.property('code', 'ERR_INVALID_ARGUMENT');
    }
  });

  it('is refused by a codec that knows no handles', () => {
    expect(() => createCodec().copy([player], 'args')).to.throw(/^args\[0\]: Handle cannot/);
    expect(() => createCodec().decode(codec.encode(player, 'args'))).to.throw(/where no handles are known/);
  });
});
