// ActorReminders. Owns: the reminders of one actor and its components, as committed, and what becomes of those that are due.
//   RM1. A reminder changes with the unit that sets or cancels it; a new one is a new generation.
//   RM2. A firing is of one generation and one due time. The unit of its handler commits that it was (the next due time, or that there is none):
//        whatever brings the firing again finds another due time, and nothing runs.
//        If the reminder was set anew before the handler's unit is committed, that stands.
//   RM3. Due times that passed meanwhile are not made up: there is one firing, which is told how many.
import { randomBytes } from 'node:crypto';
import { printEntityId, type EntityId } from '../../protocol/actor-id.js';
import type { Message } from '../../protocol/delivery.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import type { ReminderChange } from '../../protocol/ports/index.js';
import type { ReminderInfo } from '../../sdk/author/index.js';
import type { KeptReminderSpec } from '../../sdk/context/reminder-spec.js';
import { firstTime, nextTime } from '../messages/reminder-times.js';
import { SentDraft } from '../messages/sent-draft.js';
import type { Activation } from './activation.js';
import type { Entity } from './entity.js';
import type { UnitOfWork } from './unit-of-work.js';

type Firing = Extract<Message, { kind: 'reminder' }>;

interface Kept {
  readonly component: string | undefined;
  readonly name: string;
  readonly generation: string;
  readonly spec: KeptReminderSpec;
  readonly next: number;
  readonly payload: unknown;
}

/** What a unit does to a reminder; `after`: only if that is what is committed until then. */
export interface ReminderStep extends ReminderChange {
  readonly after?: { readonly generation: string; readonly next: number } | undefined;
}

/** What a firing does to its reminder, and what its handler gets. */
export interface DueReminder {
  readonly change: ReminderStep;
  /** The next firing. */
  readonly draft: SentDraft | undefined;
  readonly args: readonly unknown[];
}

export class ActorReminders {
  private known: Map<string, Kept> | undefined;
  private loading: Promise<Map<string, Kept>> | undefined;

  constructor(private readonly activation: Activation) {}

  /** RM1. */
  set(unit: UnitOfWork, { id, metadata }: Entity, name: string, spec: KeptReminderSpec, payload: unknown): void {
    if (!metadata.reminders.has(name)) throw new ConfigurationError(`${printEntityId(id)}: no method has @OnReminder('${name}')`);
    const { clock } = this.activation.services;
    const kept: Kept = { component: id.component, name, generation: randomBytes(9).toString('base64url'), spec, next: firstTime(spec, clock.now()), payload };
    unit.remind(this.changeOf(kept), this.draftOf(kept));
  }

  cancel(unit: UnitOfWork, { component }: EntityId, name: string): void {
    unit.remind({ name: keyOf(component, name) }, undefined);
  }

  /** Of one entity; with what the unit has changed. */
  async list(unit: UnitOfWork | undefined, { component }: EntityId): Promise<readonly ReminderInfo[]> {
    const all = new Map(await this.load());
    this.apply(all, unit?.reminders ?? []);
    return [...all.values()].filter((kept) => kept.component === component).map(({ name, spec, next }) => ({ name, spec, due: next }));
  }

  committed(changes: readonly ReminderChange[]): void {
    if (this.known) this.apply(this.known, changes);
  }

  /** Of what units that commit together do, what counts. */
  effective(steps: readonly ReminderStep[]): readonly ReminderChange[] {
    return steps.flatMap(({ after, ...change }) => {
      const kept = after && this.known?.get(change.name);
      return after && (kept?.generation !== after.generation || kept.next !== after.next) ? [] : [change];
    });
  }

  /** RM2: `undefined` when it is of another generation, or was handled. */
  async due(firing: Firing): Promise<DueReminder | undefined> {
    const kept = (await this.load()).get(keyOf(firing.component, firing.name));
    if (kept?.generation !== firing.generation || kept.next !== firing.due) return undefined;
    const { next, missed } = nextTime(kept.spec, firing.due, this.activation.services.clock.now());
    const args = [kept.payload, { name: kept.name, due: firing.due, missed }];
    const after = { generation: kept.generation, next: kept.next };
    if (next === undefined) return { change: { name: keyOf(kept.component, kept.name), after }, draft: undefined, args };
    const rearmed = { ...kept, next };
    return { change: { ...this.changeOf(rearmed), after }, draft: this.draftOf(rearmed), args };
  }

  /** Those of an earlier activation, whose firings may have been lost: adding one that waits changes nothing. */
  async firings(): Promise<readonly SentDraft[]> {
    return [...(await this.load()).values()].map((kept) => this.draftOf(kept));
  }

  private load(): Promise<Map<string, Kept>> {
    if (this.known) return Promise.resolve(this.known);
    return (this.loading ??= this.read().finally(() => (this.loading = undefined)));
  }

  private async read(): Promise<Map<string, Kept>> {
    const { services, id } = this.activation;
    const all = new Map<string, Kept>();
    const version = this.activation.commits.version;
    for (const [key, bytes] of await services.store.reminders(id)) all.set(key, services.codec.decode(bytes) as Kept);
    // A commit came between: it may be in what was read, or not.
    if (this.activation.commits.version !== version) return this.read();
    return (this.known = all);
  }

  private apply(all: Map<string, Kept>, changes: readonly ReminderChange[]): void {
    for (const { name, value } of changes) {
      if (value) all.set(name, this.activation.services.codec.decode(value) as Kept);
      else all.delete(name);
    }
  }

  private changeOf(kept: Kept): ReminderChange {
    return { name: keyOf(kept.component, kept.name), value: this.activation.services.codec.encode(kept, 'payload') };
  }

  private draftOf({ component, name, generation, next }: Kept): SentDraft {
    const { services, id: { type, key } } = this.activation;
    const listener = component === undefined ? { type, key } : { type, key, component };
    const firing: Message = { kind: 'reminder', component, name, generation, due: next };
    const id = `${printEntityId(listener)}|${generation}|${next}`;
    return new SentDraft({ to: 'later', listener, id, due: next, payload: services.codec.encode(firing, 'reminder') }, services.codec);
  }
}

/** No component's name holds a colon. */
function keyOf(component: string | undefined, name: string): string {
  return `${component ?? ''}:${name}`;
}
