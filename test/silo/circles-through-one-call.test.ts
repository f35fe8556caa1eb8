import { expect } from 'chai';
import { Actor, CallCycleError, type ActorContext } from '../../sdk/index.js';
import { gate, memorySilo } from '../support/memory-silo.js';

let gates = new Map<string, ReturnType<typeof gate>>();
const at = (name: string): ReturnType<typeof gate> => {
  let found = gates.get(name);
  if (!found) gates.set(name, (found = gate()));
  return found;
};

@Actor({ name: 'knot' })
class Knot {
  constructor(private readonly ctx: ActorContext<Knot>) {}
  /** Stays inside until somebody lets it go. */
  async stay(name: string): Promise<string> {
    at(`entered:${name}`).open();
    await at(`leave:${name}`).opened;
    return 'stayed';
  }
  /** Calls another one twice at once, when told to. */
  async twice(other: string): Promise<PromiseSettledResult<string>[]> {
    at('holding').open();
    await at('call').opened;
    const calls = [this.ctx.actor(Knot, other).now(), this.ctx.actor(Knot, other).now()];
    at('called').open();
    return Promise.allSettled(calls);
  }
  now(): string {
    return 'now';
  }
}

@Actor({ name: 'knot-root' })
class Root {
  constructor(private readonly ctx: ActorContext<Root>) {}
  /** What it lets stay in the first one leaves when the second one has answered. */
  async both(first: string, second: string): Promise<string[]> {
    const staying = this.ctx.actor(Knot, first).stay('mine');
    const answer = this.ctx.actor(Knot, second).now();
    at('waiting').open();
    await answer.finally(() => at('leave:mine').open());
    return [await staying, await answer];
  }
}

describe('two circles that close at once through one call', () => {
  beforeEach(() => {
    gates = new Map();
  });

  it('are both found: of each the youngest call is given up', async () => {
    const silo = memorySilo([Knot, Root]);
    const before = silo.actor(Knot, 'x').stay('before');
    await at('entered:before').opened;
    const holder = silo.actor(Knot, 'b').twice('x');
    await at('holding').opened;
    const root = silo.actor(Root, 'r').both('x', 'b');
    await at('waiting').opened;
    at('call').open();
    await at('called').opened;
    // Until now everybody waits for x. Now the root gets it, and both calls of b's holder wait for the root, who waits for b.
    at('leave:before').open();
    const outcomes = await holder;
    expect(outcomes.map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as Error) : undefined))).to.satisfy(
      (reasons: unknown[]) => reasons.length === 2 && reasons.every((reason) => reason instanceof CallCycleError),
    );
    expect([await before, ...(await root)]).to.deep.equal(['stayed', 'stayed', 'now']);
    await silo.runtime.stop();
  });
});
