import { Component, Public, ReadOnly, State, type ComponentContext, type OnActivate } from 'troupe';
import { z } from 'zod';
import type { Arena } from '../actors/arena.js';
import { Vec2 } from '../shared.js';
import { freeSpot } from '../world.js';

const direction = z.object({ x: z.number(), y: z.number() }).transform(({ x, y }) => new Vec2(x, y).limited());

/** Where a fighter is and wants to go. The arena moves it, tick by tick, and says now and then where it is: lazy saving is soon enough for that. */
@Component({ isolation: 'inline' })
export class Movement implements OnActivate {
  @State({ save: 'lazy' }) position: Vec2 | undefined;
  private heading = new Vec2();

  constructor(private readonly ctx: ComponentContext<Movement>) {}

  onActivate(): void {
    this.position ??= freeSpot();
  }

  /** Run that way; 0, 0 to stand still. */
  @Public({ for: 'self', args: [direction] })
  steer(heading: Vec2): void {
    this.heading = heading;
    this.ctx.actor<Arena>('arena', 'main').oneWay.steer(String(this.ctx.owner), heading);
  }

  @Public({ for: 'self' })
  @ReadOnly()
  stance(): { at: Vec2; heading: Vec2 } {
    return { at: this.position ?? new Vec2(), heading: this.heading };
  }

  /** The arena: this is where you are. */
  settle(at: Vec2): void {
    this.position = at;
  }

  /** Stand still, at a place. */
  stop(at: Vec2): void {
    this.heading = new Vec2();
    this.position = at;
  }
}
