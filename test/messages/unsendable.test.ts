import { expect } from 'chai';
import { Actor, ActorEvent, On, type ActorContext } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { failure, memorySilo } from '../support/memory-silo.js';

@ActorEvent('parcel-packed')
class Packed {
  constructor(readonly content: unknown) {}
}

const UNSENDABLE = (): number => 1;

@Actor({ name: 'packer' })
class Packer {
  constructor(private readonly ctx: ActorContext<Packer>) {}
  take(_content: unknown): void {}
  @On(Packed) protected onPacked(): void {}
  async passOn(): Promise<void> {
    await this.ctx.self.bind(Packed, this.ctx.actor(Packer, 'b'));
    await this.ctx.emit(new Packed({ inside: UNSENDABLE }));
  }
  async handOver(): Promise<void> {
    return this.ctx.tailCall(this.ctx.actor(Packer, 'b')).take([UNSENDABLE]);
  }
}

describe('messages that cannot be sent', () => {
  const sent: Readonly<Record<string, readonly [path: string, send: (packer: ReturnType<typeof packerOf>) => Promise<unknown>]>> = {
    'a tell': ['args[0].deep', (packer) => packer.tell.take({ deep: UNSENDABLE })],
    'a sent event': ['event.content', (packer) => packer.send(new Packed(UNSENDABLE))],
    'an emitted event': ['event.content.inside', (packer) => packer.passOn()],
    'a tail call': ['args[0][0]', (packer) => packer.handOver()],
  };
  function packerOf(clock: VirtualClock) {
    return memorySilo([Packer], { clock }).actor(Packer, 'a');
  }

  for (const [what, [path, send]] of Object.entries(sent)) {
    it(`say where in it that is, as its sender wrote it: ${what}`, async () => {
      const clock = new VirtualClock();
      const outcome = failure(send(packerOf(clock)));
      await clock.advance('1s');
      expect((await outcome)['path']).to.equal(path);
    });
  }
});
