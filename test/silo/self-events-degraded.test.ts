import { expect } from 'chai';
import { ComponentCrashedError } from '../../protocol/errors/index.js';
import { Actor, ActorEvent, Component, On, State, type ActorContext } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { memorySilo } from '../support/memory-silo.js';

const clock = new VirtualClock();
const COOL_DOWN_MS = 30_000;
let refusals = 0;
let crashes = 0;
let asked: number[] = [];

@ActorEvent('degraded.news') class News { constructor(readonly text: string) {} }

/** Its handler ends as that of a component in a thread does. */
@Component({ name: 'Reader', isolation: 'inline' })
class Reader {
  @State() heard: string[] = [];
  all(): readonly string[] { return this.heard; }
  @On(News, { from: 'self' }) protected onNews({ text }: News): void {
    asked.push(clock.monotonicMs());
    if (crashes-- > 0) throw new ComponentCrashedError('Reader: its thread died', { component: 'Reader', exitCode: 1, degradedUntil: undefined });
    if (refusals-- > 0) throw new ComponentCrashedError('Reader is degraded', { component: 'Reader', exitCode: undefined, degradedUntil: clock.now() + COOL_DOWN_MS });
    this.heard.push(text);
  }
}

@Actor({ name: 'degraded.desk', components: [Reader] })
class Desk {
  constructor(private readonly ctx: ActorContext<Desk>) {}
  async report(text: string): Promise<void> { await this.ctx.emit(new News(text)); }
}

const DESK = { type: 'degraded.desk', key: 'd' };

describe('events to a component that is degraded', () => {
  beforeEach(() => {
    refusals = crashes = 0;
    asked = [];
  });

  it('wait until it is not, however often that is; only crashes are attempts', async () => {
    const { actor, runtime, log } = memorySilo([Desk], { clock });
    const startMs = clock.monotonicMs();
    crashes = 4;
    refusals = 7;
    await actor(Desk, 'd').report('one');
    await actor(Desk, 'd').report('two');
    await clock.advance(7 * COOL_DOWN_MS + 5000);
    expect(await actor(Desk, 'd').getComponent(Reader).all()).to.deep.equal(['one', 'two']);
    expect(asked).to.have.length(4 + 7 + 2);
    expect(asked[5]! - asked[4]!).to.equal(COOL_DOWN_MS);
    expect(asked[4]! - startMs).to.be.lessThan(5000);
    expect(log.lines.filter(({ level }) => level === 'error')).to.deep.equal([]);
    await runtime.stop();
  });

  it('are given up after five crashes', async () => {
    const { actor, runtime, log } = memorySilo([Desk], { clock });
    crashes = 5;
    await actor(Desk, 'd').report('one');
    await clock.advance(5000);
    expect(await actor(Desk, 'd').getComponent(Reader).all()).to.deep.equal([]);
    expect(log.lines.map(({ message }) => message)).to.include('an event could not be handled and is given up: it is a dead letter now');
    await runtime.stop();
  });

  it('wait for the next activation when this one ends, and make it begin', async () => {
    const store = new MemoryStateStore();
    const { actor, runtime } = memorySilo([Desk], { clock, store });
    refusals = 1;
    await actor(Desk, 'd').report('one');
    await clock.advance(1000);
    await actor(Desk, 'd').manage.deactivate();
    expect(await store.outbox(DESK, 10)).to.have.length(1);
    await clock.advance(COOL_DOWN_MS);
    expect(asked).to.have.length(2);
    expect(await actor(Desk, 'd').getComponent(Reader).all()).to.deep.equal(['one']);
    expect(await store.outbox(DESK, 10)).to.deep.equal([]);
    await runtime.stop();
  });
});
