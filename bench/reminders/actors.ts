import { Actor, OnReminder, ReadOnly, State, type ActorContext, type ReminderFiring } from '../../sdk/index.js';

/** One firing as its actor's state has it. Times in milliseconds since 1970. */
export interface Fired {
  readonly due: number;
  readonly at: number;
  readonly missed: number;
}

/** Keeps each firing of its reminders: what was not committed, or was twice, is seen. */
@Actor({ name: 'rb-alarm' })
export class Alarm {
  @State() fired: Fired[] = [];
  constructor(private readonly ctx: ActorContext<Alarm>) {}

  async set(at: number): Promise<void> {
    await this.ctx.remind('ring', { at });
  }
  async repeat(): Promise<void> {
    await this.ctx.remind('ring', { every: '1s' });
  }
  async end(): Promise<void> {
    await this.ctx.cancelReminder('ring');
  }
  @OnReminder('ring') protected ring(_payload: unknown, { due, missed }: ReminderFiring): void {
    this.fired.push({ due, at: Date.now(), missed });
  }
  @ReadOnly() all(): readonly Fired[] {
    return this.fired;
  }
}
