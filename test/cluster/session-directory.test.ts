// The gateway's end alone: what comes in which order is the test's.
import { expect } from 'chai';
import type { SessionClient } from '../../silo/gateway/gateway-backend.js';
import { SessionDirectory } from '../../silo/sessions/session-directory.js';
import type { Greeting } from '../../silo/sessions/session-messages.js';
import { SiloLine } from '../../silo/sessions/silo-line.js';
import type { Visits } from '../../silo/sessions/visits.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { loneMembership, RecordingLogger } from '../support/memory-silo.js';

interface Visit {
  readonly method: string;
  readonly args: readonly unknown[];
  answer(greeting: Greeting): void;
}

function directory() {
  const visits: Visit[] = [];
  const waiting: (() => void)[] = [];
  const fake: Pick<Visits, 'call' | 'elsewhere'> = {
    elsewhere: undefined,
    call: (_actor, method, args) => new Promise((resolve) => {
      visits.push({ method, args, answer: resolve });
      for (const wake of waiting.splice(0)) wake();
    }),
  };
  const membership = { ...loneMembership(), statusOf: (incarnation: string) => (incarnation === 'dead' ? 'dead' as const : 'up' as const) };
  const clock = new VirtualClock();
  const until = async (count: number): Promise<void> => {
    while (visits.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return { sessions: new SessionDirectory(fake as Visits, new SiloLine('s0', membership, clock), new RecordingLogger()), visits, until };
}

const actor = { type: 'host', key: 'h' };
const client: SessionClient = { id: 'c', identity: { id: 'h' }, since: 0, send: () => undefined, kick: () => undefined };
const ignore = (): void => undefined;

describe('a client that is presented to its actor', () => {
  it('is presented again when the word of the end overtakes the answer', async () => {
    const { sessions, visits, until } = directory();
    let isConnected = false;
    const connected = sessions.connected(actor, client, ignore).then(() => (isConnected = true));
    await until(1);
    sessions.presentAgain([['c', 1]], 's1');
    visits[0]!.answer({ at: 's1', others: [] });
    await until(2);
    expect(isConnected).to.equal(false);
    expect(visits[1]!.args).to.deep.equal(['c', 0, 2]);
    visits[1]!.answer({ at: 's2', others: [] });
    await connected;
    expect(visits).to.have.length(2);
  });

  it('is presented again when the silo that answered is dead by then', async () => {
    const { sessions, visits, until } = directory();
    const connected = sessions.connected(actor, client, ignore);
    await until(1);
    visits[0]!.answer({ at: 'dead', others: [] });
    await until(2);
    visits[1]!.answer({ at: 's2', others: [] });
    await connected;
  });

  it('is not presented again by the end of an activation that it has left behind, or of another silo', async () => {
    const { sessions, visits, until } = directory();
    const connected = sessions.connected(actor, client, ignore);
    await until(1);
    visits[0]!.answer({ at: 's1', others: [] });
    await connected;
    sessions.presentAgain([['c', 1]], 's1');
    await until(2);
    visits[1]!.answer({ at: 's2', others: [] });
    await new Promise((resolve) => void setImmediate(resolve));
    sessions.presentAgain([['c', 1]], 's1');
    sessions.presentAgain([['c', 1]], 's2');
    sessions.presentAgain([['c', 2]], 's1');
    sessions.siloDied('s1');
    await new Promise((resolve) => void setImmediate(resolve));
    expect(visits).to.have.length(2);
    sessions.siloDied('s2');
    await until(3);
  });
});
