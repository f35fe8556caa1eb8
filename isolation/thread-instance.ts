// ThreadInstance. Owns: whether an entity has an instance in the present life of its thread, and what that is told. Does not own: what is accepted of its state.
import type { EntityId } from '../protocol/actor-id.js';
import type { SavedFields } from '../protocol/ports/state-store.js';
import type { ClassMetadata } from '../decorators/index.js';
import type { EntityRuntime } from '../sdk/context/entity-runtime.js';
import type { TurnInfo } from '../sdk/context/turn-scope.js';
import type { ComponentThread } from './component-thread.js';
import type { HostSpec } from './host.js';
import { InstanceTimers } from './instance-timers.js';
import { EntityMirror } from './mirror.js';
import { CREATE, DISPOSE, MIRROR, SETTLE, type Mirror, type Verdict } from './thread-messages.js';

export abstract class ThreadInstance {
  readonly id: EntityId;
  readonly runtime: EntityRuntime;
  /** Turns on it that have not ended. */
  openRuns = 0;
  readonly timers = new InstanceTimers();
  /** Of the thread in which the instance lives; 0 before there is one. */
  generation = 0;
  protected metadata: ClassMetadata;
  /** The last accepted state. */
  protected known: SavedFields;
  protected epoch = 0;
  private verdicts: Verdict[] | undefined;
  private readonly mirror: EntityMirror;

  constructor(public thread: ComponentThread, readonly instance: number, { id, metadata, fields, runtime }: HostSpec) {
    this.id = id;
    this.metadata = metadata;
    this.runtime = runtime;
    this.mirror = new EntityMirror(runtime, thread.parts.codec);
    this.known = fields;
  }

  /** There is one, as far as its silo knows. */
  get isThere(): boolean {
    return this.generation === this.thread.generation;
  }

  refresh(): void {
    if (this.isThere) this.show(this.mirror.changed());
  }

  /** The next turn makes it. */
  isUnmade(): void {
    this.generation = this.epoch = 0;
  }

  takeVerdicts(): readonly Verdict[] | undefined {
    const { verdicts } = this;
    this.verdicts = undefined;
    return verdicts;
  }

  /** It is made by what is written next. */
  protected beCreated(): void {
    if (this.isThere) return;
    this.generation = this.thread.generation;
    this.epoch = 0;
    this.verdicts = undefined;
    const { type, key, component } = this.id;
    this.thread.write(CREATE, this.instance, type, key, component, this.metadata.name, this.known.size > 0 ? this.known : undefined, this.mirror.make(), this.thread.wireOf(this.runtime.args()));
  }

  protected showTo(turn: TurnInfo): void {
    this.show(this.mirror.changedFor(turn));
  }

  /** W1. */
  protected tell(verdict: Verdict): void {
    this.epoch++;
    (this.verdicts ??= []).push(verdict);
    // A turn that runs looks at its fields before the next message of its own accord.
    if (this.openRuns > 0) this.thread.write(SETTLE, this.instance, this.takeVerdicts());
  }

  protected leaveThread(): void {
    if (this.isThere) this.thread.write(DISPOSE, this.instance);
    this.timers.stop();
    this.forgetVerdicts();
    this.generation = this.epoch = 0;
  }

  protected forgetVerdicts(): void {
    this.verdicts = undefined;
  }

  private show(mirror: Mirror | undefined): void {
    if (mirror !== undefined) this.thread.write(MIRROR, this.instance, mirror);
  }
}
