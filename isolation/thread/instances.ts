import type { EntityId } from '../../protocol/actor-id.js';
import { ActivationFailedError } from '../../protocol/errors/index.js';
import type { SavedFields } from '../../protocol/ports/state-store.js';
import { createContext } from '../../sdk/context/create-context.js';
import { runInTurn, runOutsideTurns } from '../../sdk/context/turn-scope.js';
import { refuseFunctionFields } from '../function-fields.js';
import { NO_STATE, StateTracker } from '../state-tracker.js';
import { readMirror, type Mirrored } from '../mirror.js';
import type { Mirror } from '../thread-messages.js';
import { Instance } from './instance.js';
import { ThreadRuntime, type ThreadShare } from './thread-runtime.js';
import type { ThreadTurn } from './thread-turn.js';

/** What the silo says of an instance that is to be made. */
export interface Creation {
  readonly number: number;
  readonly id: EntityId;
  readonly className: string;
  readonly fields: SavedFields | undefined;
  readonly mirror: Mirror;
  readonly args: readonly unknown[];
}

const MAX_MIRRORS = 1000;

/** The instances of a thread, by number. One that could not be made keeps why, and says so to every turn. */
export class Instances {
  private readonly table = new Map<number, Instance>();
  /** Of a removed instance too, while its turns go on. */
  private readonly runtimes = new WeakMap<Instance, ThreadRuntime>();
  private readonly failures = new Map<number, Error>();
  private readonly mirrors = new Map<Mirror, Mirrored>();

  constructor(private readonly share: ThreadShare) {}

  get(number: number): Instance | undefined {
    return this.table.get(number);
  }

  failure(number: number): Error | undefined {
    return this.failures.get(number);
  }

  runtime(instance: Instance): ThreadRuntime {
    return this.runtimes.get(instance)!;
  }

  /** Constructs and restores; returns what kept it from that. */
  create({ number, id, className, fields, mirror, args }: Creation): Error | undefined {
    try {
      const metadata = this.share.classes.classOf(id, className);
      const runtime = new ThreadRuntime(this.share, { number, id, metadata, args }, this.mirrored(mirror));
      const Class = metadata.target as unknown as new (context: unknown) => Record<string, unknown>;
      const object = new Class(createContext(metadata, runtime));
      refuseFunctionFields(metadata, object);
      const state = metadata.state.size > 0 ? new StateTracker(object, metadata, this.share.codec, fields ?? new Map()) : NO_STATE;
      const instance = new Instance(number, id, metadata, object, state, this.share.codec);
      this.table.set(number, instance);
      this.runtimes.set(instance, runtime);
      return undefined;
    } catch (error) {
      const failure = error instanceof Error ? error : new ActivationFailedError(`the constructor of ${className} threw ${String(error)}`);
      this.failures.set(number, failure);
      return failure;
    }
  }

  remove(number: number): void {
    this.table.delete(number);
    this.failures.delete(number);
  }

  reflect(number: number, mirror: Mirror): void {
    const instance = this.table.get(number);
    if (instance) this.runtime(instance).reflect(this.mirrored(mirror));
  }

  /** Runs `work` on an instance whose `onActivate` has run; one that came back after a crash runs it in the first turn. */
  awake(instance: Instance, turn: ThreadTurn, work: () => unknown): unknown {
    // The silo asks for the hook again where a call that waited was quicker to begin it.
    if (turn.method === 'onActivate' && (instance.isAwake || instance.waking)) return instance.waking;
    if (instance.isAwake) return work();
    if (turn.method === 'onActivate' || !instance.metadata.hooks.has('onActivate')) {
      instance.isAwake = true;
      return work();
    }
    const hook = (): unknown => (instance.object.onActivate as () => unknown).call(instance.object);
    // A turn that may not write must not keep the hook from it.
    instance.waking ??= Promise.resolve(turn.isReading ? runOutsideTurns(hook) : runInTurn(turn, hook)).then(
      () => void (instance.isAwake = true),
      (error: unknown) => {
        instance.waking = undefined;
        throw error;
      },
    );
    return instance.waking.then(work);
  }

  private mirrored(mirror: Mirror): Mirrored | undefined {
    if (mirror === '') return undefined;
    let known = this.mirrors.get(mirror);
    if (known) return known;
    known = readMirror(mirror, this.share.codec);
    // Those with clients are many, and each is of few instances.
    if (this.mirrors.size >= MAX_MIRRORS) this.mirrors.clear();
    this.mirrors.set(mirror, known);
    return known;
  }
}
