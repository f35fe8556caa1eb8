import { expect } from 'chai';
import { Actor, ActorEvent, On, ReadOnly, State, type ActorContext } from '../../sdk/index.js';
import { memorySilo } from '../support/memory-silo.js';

@ActorEvent('save-point-noted')
class Noted {
  constructor(readonly what: string) {}
}

let release: () => void;
let released: Promise<void>;
let ended: (how: string) => void;

@Actor({ name: 'saver' })
class Saver {
  @State() steps: string[] = [];
  @State() heard: string[] = [];
  constructor(private readonly ctx: ActorContext<Saver>) {}
  async throwBeside(): Promise<void> {
    this.steps.push('saved');
    await Promise.all([this.ctx.save(), Promise.reject(new RangeError('beside'))]);
  }
  /** Goes on beside its caller's end. */
  async throwOver(): Promise<void> {
    this.steps.push('outermost');
    void this.ctx.actor(Saver, this.ctx.key).saveAfter().catch((error: Error) => ended(error.name));
    throw new RangeError('over');
  }
  async saveAfter(): Promise<void> {
    this.steps.push('nested');
    await released;
    await this.ctx.save();
    ended('saved');
  }
  async emitAfter(): Promise<void> {
    this.steps.push('saved');
    const saved = this.ctx.save();
    this.steps.push('later');
    const emitted = this.ctx.emit(new Noted('later'));
    await Promise.all([saved, emitted]);
    throw new RangeError('after');
  }
  async saveTwice(): Promise<void> {
    this.steps = ['first'];
    const first = this.ctx.save();
    this.steps = [];
    await Promise.all([first, this.ctx.save()]);
    throw new RangeError('after both');
  }
  @On(Noted, { from: 'self' }) protected onNoted({ what }: Noted): void {
    this.heard.push(what);
  }
  @ReadOnly() state(): { steps: string[]; heard: string[] } {
    return { steps: this.steps, heard: this.heard };
  }
  touch(): void {}
}

describe('ctx.save() while the turn goes on', () => {
  it('returns to what was saved when the turn throws before the save point is stored', async () => {
    const silo = memorySilo([Saver]);
    const actor = silo.actor(Saver, 'a');
    expect(await actor.throwBeside().catch((error: Error) => error.message)).to.equal('beside');
    expect((await actor.state()).steps).to.deep.equal(['saved']);
    await actor.touch();
    await actor.manage.deactivate();
    expect((await actor.state()).steps).to.deep.equal(['saved']);
    await silo.runtime.stop();
  });

  it('is refused once the outermost turn has thrown, and nothing of the unit stays', async () => {
    const silo = memorySilo([Saver]);
    const actor = silo.actor(Saver, 'a');
    released = new Promise((resolve) => (release = resolve));
    const end = new Promise<string>((resolve) => (ended = resolve));
    const failed = actor.throwOver().catch((error: Error) => error.message);
    await new Promise(setImmediate);
    release();
    expect(await end).to.equal('CancelledError');
    expect(await failed).to.equal('over');
    await actor.manage.deactivate();
    expect((await actor.state()).steps).to.deep.equal([]);
    await silo.runtime.stop();
  });

  it('leaves to the rest of the turn what comes after it in the same stack, messages too', async () => {
    const silo = memorySilo([Saver]);
    const actor = silo.actor(Saver, 'a');
    expect(await actor.emitAfter().catch((error: Error) => error.message)).to.equal('after');
    await actor.manage.deactivate();
    expect(await actor.state()).to.deep.equal({ steps: ['saved'], heard: [] });
    await silo.runtime.stop();
  });

  it('saves what was set back to the last commit while an earlier save point was in flight', async () => {
    const silo = memorySilo([Saver]);
    const actor = silo.actor(Saver, 'a');
    expect(await actor.saveTwice().catch((error: Error) => error.message)).to.equal('after both');
    expect((await actor.state()).steps).to.deep.equal([]);
    await actor.manage.deactivate();
    expect((await actor.state()).steps).to.deep.equal([]);
    await silo.runtime.stop();
  });
});
