import { expect } from 'chai';
import { GatewayList } from '../../sdk/client/gateway-list.js';

const A = 'http://10.0.0.1:3000';
const B = 'http://10.0.0.2:3000';
const C = 'http://10.0.0.3:3000';

/** The next addresses, as many as wanted. */
function turns(list: GatewayList, count: number): string[] {
  return Array.from({ length: count }, () => {
    list.next();
    return list.current;
  });
}

describe('the gateways that a client knows', () => {
  it('are tried in the order given, round and round', () => {
    const list = new GatewayList([A, B]);
    expect(list.current).to.equal(A);
    expect(turns(list, 3)).to.deep.equal([B, A, B]);
  });

  it('are those that the connected one tells of, and the given ones besides: each comes once a round', () => {
    const list = new GatewayList([A]);
    list.learn([A, B, C]);
    expect(list.current).to.equal(A);
    const round = turns(list, 3);
    expect(round[0]).not.to.equal(A);
    expect([...round].sort()).to.deep.equal([A, B, C]);
    list.learn([B]);
    expect(new Set(turns(list, 4))).to.deep.equal(new Set([A, B]));
  });

  it('come in another order for every client', () => {
    const firsts = Array.from({ length: 64 }, () => {
      const list = new GatewayList([A]);
      list.learn([A, B, C]);
      return turns(list, 1)[0]!;
    });
    expect(new Set(firsts)).to.deep.equal(new Set([B, C]));
  });

  it('still have their turn when the one that was lost is known to nobody any more', () => {
    const list = new GatewayList([A]);
    list.learn([A, B]);
    turns(list, 1);
    list.learn([C]);
    expect(turns(list, 1)).to.deep.equal([C]);
  });

  it("are none on the client's own machine when it came from another one, and none without TLS when it came with it", () => {
    const list = new GatewayList(['https://game.example']);
    list.learn(['http://127.0.0.1:3000', 'https://localhost:3000', 'http://[::1]:3000', B, 'https://eu.game.example', 'ftp://x', 'nonsense']);
    expect(new Set(turns(list, 4))).to.deep.equal(new Set(['https://game.example', 'https://eu.game.example']));
    const local = new GatewayList(['http://localhost:3000']);
    local.learn(['http://127.0.0.1:3001', B]);
    expect(new Set(turns(local, 6))).to.deep.equal(new Set(['http://localhost:3000', 'http://127.0.0.1:3001', B]));
  });
});
