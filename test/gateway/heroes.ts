import { Actor, ActorEvent, Component, Public, ReadOnly, Serializable } from '../../sdk/index.js';
import { z } from 'zod';

@Serializable('gw-point')
export class Point {
  constructor(readonly x = 0, readonly y = 0) {}
}

@Public()
@ActorEvent('gw-moved')
export class Moved {
  constructor(readonly step: number) {}
}

@Public({ for: 'self' })
@ActorEvent('gw-whispered')
export class Whispered {}

@Public({ for: ['judge'] })
@ActorEvent('gw-judged')
export class Judged {}

@ActorEvent('gw-hidden')
export class Hidden {}

@Component({ name: 'Health', isolation: 'inline' })
export class Health {
  @Public() @ReadOnly() level(): number {
    return 100;
  }
  hurt(): number {
    return 99;
  }
}

class Being {
  inherited(): string {
    return 'inherited';
  }
}

const point = z.object({ x: z.number(), y: z.number() }).transform(({ x, y }) => new Point(x, y));
const slow = z.string().refine(async (text) => Promise.resolve(text !== 'bad'), 'bad word');

@Actor({ name: 'hero', components: [Health] })
export class Hero extends Being {
  secretField = 'secret';
  @Public({ args: [point] }) move(to: Point): Point {
    return to;
  }
  @Public({ args: [slow, point.optional()] }) say(text: string, at?: Point): unknown {
    return [text, at];
  }
  @Public() echo(value: unknown): unknown {
    return value;
  }
  @Public() @ReadOnly() look(): string {
    return 'nothing to see';
  }
  @Public({ for: ['judge', 'admin'] }) judge(): string {
    return 'guilty';
  }
  @Public({ for: 'any' }) greet(): string {
    return 'hello';
  }
  hidden(): string {
    return 'hidden';
  }
  protected guarded(): string {
    return this.hidden();
  }
  override inherited(): string {
    return `${super.inherited()} ${this.guarded()}`;
  }
}

/** Not a session type: public methods are for anybody. */
@Actor({ name: 'arena' })
export class Arena {
  @Public() score(): number {
    return 7;
  }
  @Public({ for: 'self' }) mine(): number {
    return 1;
  }
  closed(): void {}
}
