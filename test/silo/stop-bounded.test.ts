import { expect } from 'chai';
import { Actor, State } from '../../sdk/index.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { memorySilo } from '../support/memory-silo.js';

@Actor({ name: 'sb-note' })
class Note {
  @State({ save: 'lazy' }) text = '';
  write(text: string): string {
    return (this.text = text);
  }
}

/** A store that stops answering. */
class MuteStore extends MemoryStateStore {
  isMute = false;
  override commit(request: Parameters<MemoryStateStore['commit']>[0]): ReturnType<MemoryStateStore['commit']> {
    return this.isMute ? new Promise(() => undefined) : super.commit(request);
  }
  override release(...args: Parameters<MemoryStateStore['release']>): ReturnType<MemoryStateStore['release']> {
    return this.isMute ? new Promise(() => undefined) : super.release(...args);
  }
}

describe('a silo whose store does not answer any more', () => {
  const stopped = async (text: string | undefined, isValid: boolean, advance: '100ms' | '1m'): Promise<boolean> => {
    const clock = new VirtualClock();
    const store = new MuteStore();
    const { actor, runtime, membership } = memorySilo([Note], { store, clock });
    await actor(Note, 'n').write(text ?? '');
    store.isMute = true;
    membership.isValid = isValid;
    let isDown = false;
    void runtime.stop().then(() => (isDown = true));
    await clock.advance(advance);
    return isDown;
  };

  it('stops all the same, in bounded time, with something to save and with nothing', async () => {
    expect(await stopped('unsaved', true, '1m')).to.equal(true);
    expect(await stopped(undefined, true, '1m')).to.equal(true);
  });

  it('waits for nothing once its lease is over', async () => {
    expect(await stopped(undefined, false, '100ms')).to.equal(true);
  });
});
