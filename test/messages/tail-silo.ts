import { expect } from 'chai';
import type { Handle } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { memorySilo, type TestSilo } from '../support/memory-silo.js';
import { Step, world } from './tail-steps.js';

/** A silo in memory with steps, new for each test of the suite that calls this. */
export class TailSilo {
  clock!: VirtualClock;
  silo!: TestSilo;

  constructor(classes: readonly object[] = []) {
    beforeEach(() => {
      world.reset();
      this.clock = new VirtualClock();
      this.silo = memorySilo([Step, ...classes], { clock: this.clock, random: () => 0.5 });
    });
    afterEach(async () => {
      const stopped = this.silo.runtime.stop();
      await this.clock.advance(20_000);
      await stopped;
    });
  }

  readonly step = (key: string): Handle<Step> => this.silo.actor(Step, key);

  /** Lets time pass until the call is answered. */
  readonly answered = <T>(call: Promise<T>): Promise<T> => this.clock.until(call);

  /** What these actors have committed. */
  readonly steps = async (keys: string): Promise<Record<string, number[]>> => {
    const all: Record<string, number[]> = {};
    for (const key of keys) all[key] = await this.step(key).all();
    return all;
  };

  /** Nothing is on its way, and nobody waits. */
  readonly nothingIsLeft = async (keys: string): Promise<void> => {
    await this.clock.advance(1000);
    for (const key of keys) expect(await this.silo.store.outbox({ type: 'tail-step', key }, 100), `outbox of ${key}`).to.deep.equal([]);
    expect(this.silo.runtime.messages.replies.count, 'calls that wait').to.equal(0);
    expect(await this.silo.runtime.messages.letters.count(), 'dead letters').to.equal(0);
  };
}
