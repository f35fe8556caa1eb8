import { spawnSync } from 'node:child_process';
import { expect } from 'chai';

// Compiled functions take less stack: the walks run in the interpreter here, as they do when a process is new.
const PROGRAM = `
import { createCodec } from '${new URL('../../protocol/codec/index.js', import.meta.url).href}';
import { MAX_DEPTH } from '${new URL('../../protocol/codec/wire-node.js', import.meta.url).href}';
import { Serializable } from '${new URL('../../sdk/index.js', import.meta.url).href}';
class Link { constructor(next) { this.next = next; } }
Serializable('deepest-link')(Link);
const WRAPS = {
  lists: (inner) => [inner], objects: (inner) => ({ inner }), maps: (inner) => new Map([['a', inner]]), keys: (inner) => new Map([[inner, 1]]), sets: (inner) => new Set([inner]),
  instances: (inner) => new Link(inner), bare: (inner) => Object.assign(Object.create(null), { inner }), errors: (inner) => new Error('e', { cause: inner }),
  holes: (inner) => { const list = []; list[3] = inner; return list; },
};
const codec = createCodec();
const outcomes = {};
for (const [what, wrap] of Object.entries(WRAPS)) {
  let value = 1;
  for (let depth = 0; depth < MAX_DEPTH; depth++) value = wrap(value);
  // A quarter of the stack is in use already.
  const further = (frames) => (frames === 0 ? (codec.decode(codec.encode(codec.copy(value, 'value'), 'value')), 'whole') : further(frames - 1));
  try { outcomes[what] = further(1500); } catch (error) { outcomes[what] = error.message.slice(-60); }
}
console.log(JSON.stringify(outcomes));
`;

describe('the deepest values', () => {
  it('are copied, encoded and restored in a new process, inside calls of its own', () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['--no-opt', '--no-sparkplug', '--input-type=module', '--eval', PROGRAM], { encoding: 'utf8' });
    expect(stderr).to.equal('');
    const outcomes = JSON.parse(stdout) as Record<string, string>;
    expect(Object.keys(outcomes)).to.have.length(9);
    expect(Object.entries(outcomes).filter(([, outcome]) => outcome !== 'whole')).to.deep.equal([]);
  });
});
