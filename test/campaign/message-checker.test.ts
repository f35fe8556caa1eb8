import { expect } from 'chai';
import type { Applied, Committed } from '../../bench/message-faults/actors.js';
import { judge, redeliveries, type Outcome, type Verdict } from '../../bench/message-faults/checker.js';
import { codeOf, emitterOf, expected, isEmitted, isForwarded, numberOf } from '../../bench/message-faults/plan.js';

const LISTENERS = 14;
const STRIDES = [[0, 111], [6, 222]] as const;

type Lists = { emitters: Committed[]; applied: Applied[][]; forwarded: number[][] };
type Fault = keyof Omit<Verdict, 'committed' | 'deliveries' | 'forwards'>;

/** Two emitters that committed twenty numbers each, by two attempts, and all that follows from that. */
function outcome(change: (lists: Lists) => void): Outcome {
  const sent = [20, 20];
  const applied = expected(sent, LISTENERS).map((codes) => codes.map((code): Applied => [code, 0, 1, numberOf(code) < 6 ? 111 : 222]));
  const forwarded = sent.map((count, emitter) => Array.from({ length: count }, (_, n) => n).filter((n) => isForwarded(n) && !isEmitted(n)).map((n) => codeOf(emitter, n)));
  const lists = { emitters: sent.map((count) => ({ sent: count, strides: STRIDES })), applied, forwarded };
  change(lists);
  return lists;
}

function faultsOf(verdict: Verdict): readonly string[] {
  const { committed: _committed, deliveries: _deliveries, forwards: _forwards, ...faults } = verdict;
  return Object.entries(faults).filter(([, count]) => count > 0).map(([name]) => name);
}

/** A listener that has at least two numbers of one emitter. */
function listOf({ applied }: Lists): Applied[] {
  return applied.find((list) => list.length > 1 && emitterOf(list[0]![0]) === emitterOf(list[1]![0]))!;
}

describe('the verdict on numbered messages', () => {
  it('finds nothing when each is where it belongs, once and in order', () => {
    const verdict = judge(outcome(() => undefined));
    expect(faultsOf(verdict)).to.deep.equal([]);
    expect(verdict).to.include({ committed: 40, deliveries: 2 * (16 + 4 * 5), forwards: 4 });
  });

  const mutants: Readonly<Record<string, readonly [Fault, (lists: Lists) => void]>> = {
    'one that was committed and is nowhere': ['missing', (lists) => listOf(lists).pop()],
    'one that was applied twice': ['twice', (lists) => listOf(lists).push(listOf(lists).at(-1)!)],
    'one that its emitter did not count': ['unsent', (lists) => lists.applied[0]!.push([codeOf(1, 400), 0, 1, 222])],
    'one of an attempt that did not commit': ['unsent', (lists) => (listOf(lists)[0] = [listOf(lists)[0]![0], 0, 1, 333])],
    'one that came behind a later one': ['outOfOrder', (lists) => listOf(lists).splice(0, 2, listOf(lists)[1]!, listOf(lists)[0]!)],
    'one that was to be told on': ['forwardsMissing', (lists) => lists.forwarded[1]!.pop()],
    'one that was told on by each of two deliveries': ['forwardedAgain', (lists) => lists.forwarded[0]!.push(lists.forwarded[0]![0]!)],
  };
  for (const [name, [fault, change]] of Object.entries(mutants)) it(`finds ${name}`, () => expect(faultsOf(judge(outcome(change)))).to.deep.equal([fault]));

  it('counts the time of what was under way at a death from that death', () => {
    const applied: Applied[][] = [[[1, 0, 5, 0], [2, 8, 30, 0]], [[3, 9, 60, 0]]];
    expect(redeliveries(applied, [{ of: 'kills', atMs: 10 }, { of: 'stalls', atMs: 50 }])).to.deep.equal({ none: [5], kills: [20], several: [50] });
  });
});
