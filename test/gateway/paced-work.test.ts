import { expect } from 'chai';
import { PacedWork } from '../../transport/paced-work.js';

const nobody = (): void => undefined;

/** Longer than a slice. */
function compute(): void {
  const endMs = performance.now() + 6;
  while (performance.now() < endMs);
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('PacedWork', () => {
  it('does work in order, and lets others in between once a slice is used up', async () => {
    const work = new PacedWork();
    const log: string[] = [];
    for (const name of ['a', 'b', 'c']) work.add(() => (log.push(name), compute()), nobody);
    for (let turn = 0; turn < 4; turn++) {
      await nextTurn();
      log.push('|');
    }
    expect(log.join('')).to.match(/^a\|b\|c\|\|$/);
  });

  it('turns away one more than may wait, and takes others again when there is room', async () => {
    const work = new PacedWork(2);
    const log: string[] = [];
    for (const name of ['a', 'b', 'c']) work.add(() => log.push(name), () => log.push(`no ${name}`));
    expect(log).to.deep.equal(['no c']);
    await nextTurn();
    work.add(() => log.push('d'), () => log.push('no d'));
    await nextTurn();
    expect(log).to.deep.equal(['no c', 'a', 'b', 'd']);
  });

  it('does at once what waits, or turns it away: each once', async () => {
    const log: string[] = [];
    const flushed = new PacedWork();
    const dropped = new PacedWork();
    for (const [work, name] of [[flushed, 'a'], [dropped, 'b']] as const) work.add(() => log.push(`did ${name}`), () => log.push(`refused ${name}`));
    flushed.flush();
    dropped.drop();
    await nextTurn();
    expect(log).to.deep.equal(['did a', 'refused b']);
  });
});
