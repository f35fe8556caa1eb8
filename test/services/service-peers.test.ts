import { expect } from 'chai';
import type { Member } from '../../protocol/ports/index.js';
import { ServicePeers } from '../../silo/services/service-peers.js';
import { permitsOf } from '../../silo/services/service-types.js';

function member(incarnation: string, permits: number, cpu = 0): Member {
  return {
    siloId: incarnation, incarnation, address: '', status: 'up', startedAt: 0, labels: {}, types: { 'service:odd': String(permits), odd: '' },
    load: { cpu, memory: 0, activations: 0 },
  };
}

/** The silos that are up can be changed. */
function scene(...hosts: readonly Member[]) {
  const up = [...hosts];
  const peers = new ServicePeers({ hosts: () => up, permitsOf: (host) => permitsOf(host, 'odd'), random: () => 0.5 });
  const send = (): string | undefined => {
    const peer = peers.pick();
    if (peer) peers.sent(peer);
    return peer?.member.incarnation;
  };
  return { up, peers, send, sendAll: (count: number) => Array.from({ length: count }, send) };
}

describe('the silos that a service spills to', () => {
  it('are chosen by how many of their permits the calls from here take, and how busy they are', () => {
    expect(scene(member('a', 4), member('b', 4)).sendAll(8).sort()).to.deep.equal(['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b']);
    expect(scene(member('a', 4, 0.9), member('b', 4, 0.1)).sendAll(4)).to.deep.equal(['b', 'b', 'b', 'b']);
    expect(scene(member('small', 2), member('large', 8)).sendAll(5).filter((name) => name === 'large')).to.have.lengthOf(4);
  });

  it('get no more calls from here than they have permits', () => {
    const { sendAll, peers } = scene(member('a', 2), member('b', 1));
    expect(sendAll(5).filter((name) => name === undefined)).to.have.lengthOf(2);
    peers.answered(peers.of('b')!);
    expect(sendAll(2)).to.deep.equal(['b', undefined]);
  });

  it('are passed over while they are full or away, and asked once for a permit', () => {
    const { peers, send } = scene(member('a', 4), member('b', 4));
    send();
    peers.note(peers.of('a')!, { isFull: true });
    expect([send(), send(), send()]).to.deep.equal(['b', 'b', 'b']);
    expect(peers.toBeAsked().map(({ member: { incarnation } }) => incarnation)).to.deep.equal(['a']);
    peers.note(peers.of('a')!, { isAsked: true });
    expect(peers.toBeAsked()).to.deep.equal([]);
    peers.doubtAll();
    expect(peers.toBeAsked()).to.have.lengthOf(1);
    peers.note(peers.of('b')!, { isAway: true });
    expect([send(), peers.any()?.member.incarnation]).to.deep.equal([undefined, 'a']);
  });

  it('are forgotten when they are gone, and known when they come', () => {
    const { up, peers, send } = scene(member('a', 4));
    send();
    peers.note(peers.of('a')!, { isFull: true });
    up.splice(0, 1, member('a2', 4));
    expect(send()).to.equal('a2');
    expect(peers.of('a')).to.equal(undefined);
    up.length = 0;
    expect([peers.isEmpty, send()]).to.deep.equal([true, undefined]);
  });

  it('are told from those that host an actor type of the name, and from those that say nonsense', () => {
    expect(permitsOf(member('a', 4), 'odd')).to.equal(4);
    expect(permitsOf({ ...member('a', 4), types: { odd: '' } }, 'odd')).to.equal(0);
    for (const said of ['', '-1', 'many', '1.5']) expect(permitsOf({ ...member('a', 4), types: { 'service:odd': said } }, 'odd'), said).to.equal(0);
  });
});
