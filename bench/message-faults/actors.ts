// The actors of the message faults. What they were sent is their state: it is there once for each effect that was committed.
import { Actor, ActorEvent, On, Public, ReadOnly, State, type ActorContext } from '../../sdk/index.js';
import { boundTo, codeOf, emitterOf, isEmitted, isForwarded, numberOf, targetOf } from './plan.js';

/** What an emitter has committed. */
export interface Committed {
  readonly sent: number;
  readonly strides: readonly (readonly [from: number, stride: number])[];
}

@ActorEvent('mf-numbered')
export class Numbered {
  constructor(readonly code: number, readonly atMs: number, readonly stride: number) {}
}

/** A message that was applied. */
export type Applied = readonly [code: number, sentAtMs: number, appliedAtMs: number, stride: number];

const STRIDES = 2 ** 32;

/** Sends numbers; `sent` commits with them, and so does what tells this attempt from one that failed. */
@Actor({ name: 'mf-emitter', idleAfter: 'never' })
export class Emitter {
  @State() sent = 0;
  /** From which number on, and which attempt committed them. */
  @State() strides: [from: number, stride: number][] = [];
  constructor(private readonly ctx: ActorContext<Emitter>) {}

  /** Sends the next `count`, up to `limit`. */
  async go(count: number, limit: number, listeners: number): Promise<number> {
    const emitter = Number(this.ctx.key);
    const stride = Math.floor(Math.random() * STRIDES);
    if (this.sent < limit) this.strides.push([this.sent, stride]);
    for (const end = Math.min(limit, this.sent + count); this.sent < end; this.sent++) {
      const code = codeOf(emitter, this.sent);
      if (isEmitted(this.sent)) await this.ctx.emit(new Numbered(code, Date.now(), stride));
      else await this.ctx.actor(Listener, String(targetOf(emitter, this.sent, listeners))).tell.take(code, Date.now(), stride);
    }
    return this.sent;
  }

  @Public() @ReadOnly({ strict: true })
  committed(): Committed {
    return { sent: this.sent, strides: this.strides };
  }
}

/** Keeps all that it was sent, and tells some of it on. */
@Actor({ name: 'mf-listener', idleAfter: 'never' })
export class Listener {
  @State() applied: Applied[] = [];
  constructor(private readonly ctx: ActorContext<Listener>) {}

  /** Binds itself to those of so many emitters that it belongs to. */
  async listen(emitters: number, listeners: number): Promise<void> {
    for (let emitter = 0; emitter < emitters; emitter++) {
      if (boundTo(emitter, listeners).includes(Number(this.ctx.key))) await this.ctx.bind(this.ctx.actor(Emitter, String(emitter)), Numbered);
    }
  }

  async take(code: number, atMs: number, stride: number): Promise<void> {
    this.applied.push([code, atMs, Date.now(), stride]);
    if (isForwarded(numberOf(code))) await this.ctx.actor(Tally, String(emitterOf(code))).tell.take(code);
  }

  @On(Numbered) protected onNumbered({ code, atMs, stride }: Numbered): void {
    this.applied.push([code, atMs, Date.now(), stride]);
  }

  @Public() @ReadOnly({ strict: true })
  all(): readonly Applied[] {
    return this.applied;
  }
}

/** Keeps what listeners told on, of one emitter. */
@Actor({ name: 'mf-tally', idleAfter: 'never' })
export class Tally {
  @State() codes: number[] = [];

  take(code: number): void {
    this.codes.push(code);
  }

  @Public() @ReadOnly({ strict: true })
  all(): readonly number[] {
    return this.codes;
  }
}
