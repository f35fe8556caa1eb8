import { expect } from 'chai';
import { maxArity } from '../../decorators/arity.js';

/** The functions are made from text, so that no compiler rewrites them. */
function method(text: string): (...args: never[]) => unknown {
  const make = new Function(`return { ${text} }`) as () => Record<string, (...args: never[]) => unknown>;
  return Object.values(make())[0]!;
}

describe('maxArity', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['move() {}', 0],
    ['move(a, b) {}', 2],
    ['async move(a) {}', 1],
    ['async(a) {}', 1],
    ['async async(a) {}', 1],
    ['function(a) {}', 1],
    ['get(a) {}', 1],
    ['$é_1(a) {}', 1],
    ['"a name"(a) {}', 1],
    ['7(a) {}', 1],
    ['move: function (a, b) {}', 2],
    ['move: function named(a) {}', 1],
    ['move: async function* (a) {}', 1],
    ['move: (a, b) => a', 2],
    ['move(a, /* b = 1, ...c */ d) {}', 2],
    ['move(a, // b = 1\n d) {}', 2],
    ['move({ x = 1, y: [z = 2] }, [, w = ")"]) {}', 2],
    ['move({ x, ...rest }) {}', 1],
    ['move(a) { return (b = 1, ...c) => a === b; }', 1],
    ['move(/* nothing */) {}', 0],
    ['move(a, b,) {}', 2],
    ['move(a = 1) {}', 1],
    ['move(a, b = 2) {}', 2],
    ['move(a = 1, b, c = 3,) {}', 3],
    ['move(a, { b, c } = {}) {}', 2],
    ['move(a, [b, c] = [1, 2]) {}', 2],
    ['move(a, b = "),(", c) {}', 3],
    ['move(a = (x, y) => x, b = [...a], c = max(1, 2)) {}', 3],
    ['move(a = b => b, c = 1 /* , d */) {}', 2],
    ['move(a = function (x, y) { return { x, y }; }) {}', 1],
    ['move(a = 1, ...b) {}', Infinity],
    ['move(...a) {}', Infinity],
    ['move(a, ...[b]) {}', Infinity],
  ];
  for (const [text, most] of cases) it(`is ${most} for ${JSON.stringify(text)}`, () => expect(maxArity(method(text))).to.equal(most));

  it('is any number for text that is not plainly a parameter list', () => {
    const unsure = ['["mo" + "ve"](a) {}', 'move: a => a', 'move: async a => a', 'move({ x = /[)]/ }) {}', 'move({ x = `)` }) {}', 'move(a = 1 / 2, b) {}', 'move(a = /,/, b) {}', 'move(a = `,`, b) {}', 'move /* ( */ (a) {}', 'move: (function (a) {}).bind(null)'];
    for (const text of unsure) expect(maxArity(method(text)), text).to.equal(Infinity);
    expect(maxArity(Math.max)).to.equal(Infinity);
  });
});
