import { expect } from 'chai';
import type { FrameConnection, FrameNetwork } from '../../protocol/ports/frame-network.js';
import { LinkedSilos, outcomeOf } from './link-fixture.js';

/** A network that takes everything at once: what has left is on the way, and nobody here knows how far. */
function takesAll(network: FrameNetwork): FrameNetwork {
  return {
    get address() {
      return network.address;
    },
    listen: (accept) => network.listen((connection) => accept(blind(connection))),
    connect: async (address, expected) => blind(await network.connect(address, expected)),
    close: () => network.close(),
  };
}

function blind(connection: FrameConnection): FrameConnection {
  return {
    peer: connection.peer,
    bufferedBytes: 0,
    send: (frame) => connection.send(frame),
    close: (reason) => connection.close(reason),
    onFrame: (listener) => connection.onFrame(listener),
    onClose: (listener) => connection.onClose(listener),
  };
}

describe('the links of a silo that is about to leave', () => {
  it('have ended when the others have what they waited for, not when it has left', async () => {
    const { silos, a, b } = await LinkedSilos.pair({ through: takesAll });
    await a.pool.invoke(b.member, silos.call('greet'));
    silos.wire.delay('a', 'b', 300);
    b.onInvoke = () => new Uint8Array(2_000_000);
    const fetched = outcomeOf(a.pool.invoke(b.member, silos.call('fetch')));
    await silos.clock.advance(310);
    const gone = outcomeOf(b.pool.takeLeave());
    await silos.clock.advance(250);
    expect(gone.state).to.equal('pending');
    expect(fetched.state).to.equal('pending');
    await silos.clock.advance(700);
    expect(gone.state).to.equal('resolved');
    expect(fetched.state).to.equal('resolved');
    for (const { pool } of [a, b]) await pool.close();
  });

  it('wait for answers that are not given yet, while others come', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    let answer!: (value: string) => void;
    b.onInvoke = () => new Promise((resolve) => (answer = resolve));
    const asked = outcomeOf(a.pool.invoke(b.member, silos.call('ask')));
    await silos.settle();
    const gone = outcomeOf(b.pool.takeLeave());
    await silos.clock.advance(500);
    expect(gone.state).to.equal('pending');
    answer('late');
    await silos.clock.advance(50);
    expect([asked.state, gone.state]).to.deep.equal(['resolved', 'resolved']);
    for (const { pool } of [a, b]) await pool.close();
  });

  it('wait no longer than a second for what does not move', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    b.onInvoke = () => new Promise(() => undefined);
    void a.pool.invoke(b.member, silos.call('hang')).catch(() => undefined);
    await silos.settle();
    const gone = outcomeOf(b.pool.takeLeave());
    await silos.clock.advance(1020);
    expect(gone.state).to.equal('resolved');
    for (const { pool } of [a, b]) await pool.close();
  });
});
