import { expect } from 'chai';
import { Actor, type ActorContext } from '../../sdk/index.js';
import type { Clock } from '../../protocol/ports/index.js';
import { LocalEnvelope } from '../../silo/local-envelope.js';
import type { TurnInfo } from '../../sdk/context/turn-scope.js';
import { gate, memorySilo } from '../support/memory-silo.js';

const HOPS = 20_000;
const ended = gate();
let seen: unknown = 'nothing';

@Actor({ name: 'looper' })
class Looper {
  constructor(private readonly ctx: ActorContext<Looper>) {}
  async hop(left: number): Promise<void> {
    if (left > 0) return this.ctx.self.oneWay.hop(left - 1);
    try {
      seen = this.ctx.call.identity;
    } catch (error) {
      seen = error;
    }
    ended.open();
  }
}

describe('one-way calls that go on for ever', () => {
  it('know who began them however many there were', async () => {
    const silo = memorySilo([Looper]);
    await silo.actor(Looper, 'a').hop(HOPS);
    await ended.opened;
    expect(seen).to.equal(undefined);
    await silo.runtime.stop();
  });

  it('keep nothing of the turn that made them', () => {
    const turn = { entity: { type: 'looper', key: 'a' }, identity: { id: 'p1' }, baggage: { trace: 't' } } as unknown as TurnInfo;
    const envelope = new LocalEnvelope('oneWay', turn.entity, 'hop', [], turn, {}, { monotonicMs: () => 0 } as Clock);
    expect(Object.values(envelope)).not.to.include(turn);
    expect(envelope).to.include({ from: turn.entity, identity: turn.identity, baggage: turn.baggage, chain: undefined, caller: undefined });
  });
});
