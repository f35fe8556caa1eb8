import { expect } from 'chai';
import { Actor, type OnDeactivate } from '../../sdk/index.js';
import type { Activation } from '../../silo/activation/activation.js';
import { IdleCollector } from '../../silo/idle-collector.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { gate, memorySilo } from '../support/memory-silo.js';

const ACTORS = 3000;

let hold = gate();
let ending = 0;
let mostEnding = 0;

@Actor({ name: 'drowsy', idleAfter: '10s' })
class Drowsy implements OnDeactivate {
  ping(): string {
    return 'pong';
  }
  async onDeactivate(): Promise<void> {
    mostEnding = Math.max(mostEnding, ++ending);
    await hold.opened;
    ending--;
  }
}

async function drowsySilo(): Promise<{ clock: VirtualClock; runtime: ReturnType<typeof memorySilo>['runtime']; actor: ReturnType<typeof memorySilo>['actor'] }> {
  const clock = new VirtualClock();
  const { actor, runtime } = memorySilo([Drowsy], { clock });
  for (let key = 0; key < ACTORS; key++) await actor(Drowsy, String(key)).ping();
  return { clock, runtime, actor };
}

describe('the idle collector', () => {
  beforeEach(() => {
    hold = gate();
    ending = mostEnding = 0;
  });

  it('ends a few idle actors at once, and all of them in the end', async () => {
    const { clock, runtime } = await drowsySilo();
    await clock.advance('12s');
    expect(ending).to.be.within(1, 256);
    expect(runtime.statistics.activations).to.equal(ACTORS);
    hold.open();
    await clock.advance('1s');
    expect(runtime.statistics.activations).to.equal(0);
    expect(mostEnding).to.be.at.most(256);
    await runtime.stop();
  });

  it('lets the event loop turn between the endings', async () => {
    const { clock, runtime } = await drowsySilo();
    hold.open();
    const seen = new Set<number>();
    const setTimer = clock.setTimer.bind(clock);
    // Each slice begins with a timer: between two of them everybody else has a turn.
    clock.setTimer = (callback, delayMs) => setTimer(() => {
      seen.add(runtime.statistics.activations);
      callback();
    }, delayMs);
    await clock.advance('12s');
    expect(runtime.statistics.activations).to.equal(0);
    expect(seen.size).to.be.at.least(Math.floor(ACTORS / 256));
    await runtime.stop();
  });

  it('keeps an actor that is called while it waits for its end', async () => {
    const { clock, runtime, actor } = await drowsySilo();
    await clock.advance('12s');
    await actor(Drowsy, String(ACTORS - 1)).ping();
    hold.open();
    await clock.advance('1s');
    expect(runtime.statistics.activations).to.equal(1);
    await runtime.stop();
  });

  it('lets a silo stop while many wait for their end', async () => {
    const { clock, runtime } = await drowsySilo();
    await clock.advance('12s');
    hold.open();
    await runtime.stop();
    expect(runtime.statistics.activations).to.equal(0);
    await clock.advance('1h');
  });

  it('looks on when actors are due in each of 200,000 seconds', async () => {
    let nowMs = 0;
    let look: (() => void) | undefined;
    const clock = { now: () => nowMs, monotonicMs: () => nowMs, setTimer: (callback: () => void) => ((look = callback), { cancel: () => undefined }) };
    const collected: unknown[] = [];
    const collector = new IdleCollector(clock, async (activation) => void collected.push(activation));
    const fake = { metadata: { idleAfterMs: 604_800_000 }, status: 'active', pins: 0, isBusy: false, trim: () => undefined };
    for (let second = 0; second < 200_000; second++) {
      nowMs += 1000;
      collector.touch({ ...fake } as unknown as Activation);
    }
    look!();
    nowMs = 604_801_000;
    look!();
    expect(collected).to.have.length(1);
  });
});
