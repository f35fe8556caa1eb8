import { expect } from 'chai';
import type { CommitRequest, CommitResult } from '../../protocol/ports/state-store.js';
import { Actor, Component, State, type ActorContext, type ComponentContext } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { gate, memorySilo } from '../support/memory-silo.js';

class GatedStore extends MemoryStateStore {
  gate: { readonly opened: Promise<void> } | undefined;

  override async commit(request: CommitRequest): Promise<CommitResult> {
    await this.gate?.opened;
    return super.commit(request);
  }
}

@Component({ name: 'Left', isolation: 'inline' })
class Left {
  @State() n = 0;
  add(): void {
    this.n++;
  }
}

@Component({ name: 'Right', isolation: 'inline' })
class Right {
  constructor(private readonly ctx: ComponentContext<Right>) {}
  async passOn(entry: string): Promise<void> {
    await this.ctx.actor(Taker, 't').tell.take(entry);
  }
}

@Actor({ name: 'ro-giver', components: [Left, Right] })
class Giver {
  constructor(private readonly ctx: ActorContext<Giver>) {}
  async tellAndSave(entry: string): Promise<void> {
    await this.ctx.actor(Taker, 't').tell.take(entry);
    await this.ctx.save();
  }
}

@Actor({ name: 'ro-taker' })
class Taker {
  @State() taken: string[] = [];
  take(entry: string): void {
    this.taken.push(entry);
  }
  all(): string[] {
    return this.taken;
  }
}

describe('messages of units that share a commit', () => {
  it('leave in the order of their numbers, those of a save point too', async () => {
    const clock = new VirtualClock();
    const store = new GatedStore(clock);
    const silo = memorySilo([Giver, Taker], { clock, store });
    const giver = silo.actor(Giver, 'g');
    await giver.getComponent(Left).add();
    const closed = gate();
    store.gate = closed;
    // In flight: the next two wait for it, and go together.
    const before = giver.getComponent(Left).add();
    await clock.advance('1ms');
    const first = giver.tellAndSave('first');
    await clock.advance('1ms');
    const second = giver.getComponent(Right).passOn('second');
    await clock.advance('1ms');
    closed.open();
    await clock.until(Promise.all([before, first, second]));
    await clock.advance('1s');
    expect(await silo.actor(Taker, 't').all()).to.deep.equal(['first', 'second']);
    await clock.until(silo.runtime.stop(), '1s');
  });
});
