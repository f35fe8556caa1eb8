import { expect } from 'chai';
import { Actor, Component, Interleave, ReadOnly, State, type ActorContext } from '../../sdk/index.js';
import type { CommitRequest, CommitResult } from '../../protocol/ports/index.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { failure, gate, memorySilo } from '../support/memory-silo.js';

let gates = new Map<string, ReturnType<typeof gate>>();
const at = (name: string): ReturnType<typeof gate> => {
  let found = gates.get(name);
  if (!found) gates.set(name, (found = gate()));
  return found;
};

/** Lets everything that can happen now happen. */
const everythingElse = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Keeps a commit waiting when told so. */
class HeldStore extends MemoryStateStore {
  holdNext = false;
  override async commit(request: CommitRequest): Promise<CommitResult> {
    if (this.holdNext) {
      this.holdNext = false;
      at('committing').open();
      await at('commit').opened;
    }
    return super.commit(request);
  }
}

@Actor({ name: 'overlapping-open', reentrancy: 'all' })
class Open {
  @State() items: string[] = [];
  @State() count = 0;
  @State({ save: 'lazy' }) lazily: string[] = [];
    add(item: string): void {
    this.items = [item];
    this.lazily = [item];
  }
  async setAfter(name: string, items: string[]): Promise<void> {
    at(`entered:${name}`).open();
    await at(name).opened;
    this.items = items;
  }
  async lazyAfter(name: string, items: string[]): Promise<void> {
    at(`entered:${name}`).open();
    await at(name).opened;
    this.lazily = items;
  }
  async countThenFail(name: string): Promise<void> {
    this.count = 99;
    at(`entered:${name}`).open();
    await at(name).opened;
    throw new RangeError('failed');
  }
  @ReadOnly({ strict: true }) async surelyAfter(name: string): Promise<number> {
    at(`entered:${name}`).open();
    await at(name).opened;
    return this.count;
  }
  @ReadOnly() state(): { items: string[]; count: number; lazily: string[] } {
    return { items: this.items, count: this.count, lazily: this.lazily };
  }
}

@Component({ name: 'OverlappingPart', isolation: 'inline', reentrancy: 'all' })
class Part {
  @State() list: string[] = [];
  @State() count = 0;
  @State() looks = 0;
  add(item: string): void {
    this.list.push(item);
    this.count++;
  }
  push(item: string): void {
    this.list.push(item);
  }
  @ReadOnly() @Interleave() look(): number {
    this.looks++;
    return this.list.length;
  }
  fail(): void {
    throw new RangeError('beside');
  }
  @ReadOnly() state(): { list: string[]; count: number; looks: number } {
    return { list: this.list, count: this.count, looks: this.looks };
  }
}
@Actor({ name: 'overlapping-whole', components: [Part] })
class Whole {
  @State() n = 0;
  constructor(private readonly ctx: ActorContext<Whole>) {}
  async pushThenWait(): Promise<void> {
    await this.ctx.self.getComponent(Part).push('x');
    at('entered:whole').open();
    await at('whole').opened;
  }
  async addThenFail(): Promise<void> {
    await this.ctx.self.getComponent(Part).add('x');
    at('entered:whole').open();
    await at('whole').opened;
    throw new RangeError('failed');
  }
}

describe('units that overlap', () => {
  beforeEach(() => {
    gates = new Map();
  });

  it('save what one set back while the commit of another was in flight', async () => {
    const store = new HeldStore();
    const silo = memorySilo([Open], { store });
    const actor = silo.actor(Open, 'a');
    const late = actor.setAfter('late', []);
    await at('entered:late').opened;
    store.holdNext = true;
    const add = actor.add('x');
    await at('committing').opened;
    at('late').open();
    await Promise.race([late, everythingElse()]);
    at('commit').open();
    await Promise.all([add, late]);
    await actor.manage.deactivate();
    expect((await actor.state()).items).to.deep.equal([]);
    await silo.runtime.stop();
  });

  it('save the newer of two lazily saved values, also when its turn ended during the older one\'s commit', async () => {
    const store = new HeldStore();
    const silo = memorySilo([Open], { store });
    const actor = silo.actor(Open, 'a');
    const late = actor.lazyAfter('late', ['newer']);
    await at('entered:late').opened;
    store.holdNext = true;
    const add = actor.add('x');
    await at('committing').opened;
    at('late').open();
    await Promise.race([late, everythingElse()]);
    at('commit').open();
    await Promise.all([add, late]);
    await actor.manage.deactivate();
    expect((await actor.state()).lazily).to.deep.equal(['newer']);
    await silo.runtime.stop();
  });

  it('keep out of a strict read that awaits: it sees nothing that is not committed', async () => {
    const silo = memorySilo([Open]);
    const actor = silo.actor(Open, 'a');
    const read = actor.surelyAfter('read');
    await at('entered:read').opened;
    const writing = failure(actor.countThenFail('write'));
    await Promise.race([at('entered:write').opened, everythingElse()]);
    at('read').open();
    expect(await read).to.equal(0);
    at('write').open();
    await writing;
    await silo.runtime.stop();
  });

  it('undo what a reader changed without what an open unit holds', async () => {
    const silo = memorySilo([Whole]);
    const actor = silo.actor(Whole, 'a');
    const part = actor.getComponent(Part);
    const unit = actor.pushThenWait();
    await at('entered:whole').opened;
    await part.look();
    at('whole').open();
    await unit;
    expect((await part.state()).list).to.deep.equal(['x']);
    await silo.runtime.stop();
  });

  it('are no stray changes, and undone when all of them fail', async () => {
    const silo = memorySilo([Whole]);
    const actor = silo.actor(Whole, 'a');
    const part = actor.getComponent(Part);
    const unit = failure(actor.addThenFail());
    await at('entered:whole').opened;
    await failure(part.fail());
    at('whole').open();
    await unit;
    expect(silo.log.lines.map(({ message }) => message).filter((message) => message.includes('outside a turn'))).to.deep.equal([]);
    await actor.manage.deactivate();
    expect(await part.state()).to.deep.equal({ list: [], count: 0, looks: 0 });
    await silo.runtime.stop();
  });
});
