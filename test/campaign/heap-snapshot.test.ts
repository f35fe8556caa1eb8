import { expect } from 'chai';
import { TestProcess } from '../support/processes.js';

/** The heap of a process of its own: mocha's changes by itself. */
const PLANT = `
import { compareHeaps, packSummary, summarizeHeap, unpackSummary } from ${JSON.stringify(new URL('../../bench/support/heap-snapshot.js', import.meta.url).href)};
class Planted { constructor(serial) { this.name = 'planted ' + serial; this.parts = new Map(); } }
class Holder { planted = []; }
const holder = new Holder();
globalThis.holder = holder;
const plant = (count) => { for (let i = 0; i < count; i++) holder.planted.push(new Planted(i)); };
plant(10);
await summarizeHeap();
const before = packSummary(await summarizeHeap());
plant(500);
const after = await summarizeHeap();
console.log(JSON.stringify(compareHeaps(unpackSummary(before), after, 500)));
`;

describe('the heap by constructor', () => {
  it('finds what was left between two snapshots, by its class and by where it hangs', async () => {
    await using child = new TestProcess(['--input-type=module', '-e', PLANT]);
    const { stdout, stderr } = await child.ended;
    expect(stderr).to.equal('');
    const lines = JSON.parse(stdout) as { readonly kind: string; readonly count: number; readonly bytes: number }[];
    const counts = new Map(lines.map(({ kind, count }) => [kind, count]));
    expect(counts.get('Planted')).to.equal(1);
    expect(counts.get('Map (Planted.parts)')).to.equal(1);
    expect(counts.get('(array Planted.parts.table)')).to.equal(1);
    expect(lines.find(({ kind }) => kind === '(array Holder.planted.elements)')!.bytes).to.be.within(4, 16);
  });
});
