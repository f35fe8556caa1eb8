// ComponentWorker. Owns: the instances of one thread and the turns that run on them. Reads what its silo says, in order.
//   C1. The number of a turn is written down before its code begins: what dies with the thread and what only waited is known by it.
//   C2. What a turn changed is told with its end, in one message.
import type { MessagePort } from 'node:worker_threads';
import type { Codec } from '../../protocol/codec/index.js';
import { ActivationFailedError, UnknownMethodError } from '../../protocol/errors/index.js';
import { handedOver } from '../../sdk/context/tail-call.js';
import { runInTurn } from '../../sdk/context/turn-scope.js';
import type { SavedFields } from '../../protocol/ports/state-store.js';
import { isThenable } from '../../protocol/thenable.js';
import type { Mirrored } from '../mirror.js';
import { unpackBatch, type PackedBatch } from '../packed-batch.js';
import {
  ABORT, ANSWER, CREATE, CREATED, DISPOSE, DONE, FIRES, FRESH, GREETS, HANDS_OVER, LAST_BEGUN, MIRROR, NAME, PING, PONG, PROGRESS, READS, RUN, SETTLE, SOLE, STAGE, STAGED, TO_THREAD,
  type FlatChanges, type Mirror, type Verdict,
} from '../thread-messages.js';
import { errorToWire, fromWire, toWire } from '../wire-value.js';
import type { Instance } from './instance.js';
import type { Instances } from './instances.js';
import type { ThreadLine } from './thread-line.js';
import { ThreadTurn, type Who } from './thread-turn.js';

type Batch = readonly unknown[];

export class ComponentWorker {
  private readonly turns = new Map<number, ThreadTurn>();
  /** Of methods, by what its silo calls them. */
  private readonly names: string[] = [];

  constructor(private readonly line: ThreadLine, private readonly codec: Codec, private readonly instances: Instances, private readonly shared: Int32Array) {}

  listen(port: MessagePort): void {
    port.on('message', (packed: PackedBatch) => {
      const batch = unpackBatch(packed);
      for (let at = 0; at < batch.length; at += 1 + TO_THREAD[batch[at] as number]!) {
        if (batch[at] === RUN) this.run(batch, at + 1);
        else this.hear(batch[at] as number, batch, at + 1);
      }
    });
  }

  private hear(code: number, batch: Batch, at: number): void {
    this.shared[PROGRESS]!++;
    const first = batch[at] as number;
    if (code === CREATE) this.create(batch, at);
    else if (code === ANSWER) this.line.answered(first, batch[at + 1] === 1, batch[at + 2]);
    else if (code === SETTLE) this.instances.get(first)?.hear(batch[at + 1] as readonly Verdict[]);
    else if (code === STAGE) this.stage(first, batch[at + 1] as number, batch[at + 2] as readonly Verdict[] | undefined);
    else if (code === DISPOSE) this.instances.remove(first);
    else if (code === ABORT) this.turns.get(first)?.abort(String(batch[at + 1]));
    else if (code === MIRROR) this.instances.reflect(first, batch[at + 1] as Mirror);
    else if (code === NAME) this.names[first] = batch[at + 1] as string;
    else if (code === PING) this.line.out.write(PONG, first);
  }

  private create(batch: Batch, at: number): void {
    const [number, type, key, component, className, fields, mirror, args] = batch.slice(at, at + 8) as [number, string, string, string | undefined, string, SavedFields | undefined, Mirror, unknown];
    const id = component === undefined ? { type, key } : { type, key, component };
    const failure = this.instances.create({ number, id, className, fields, mirror, args: (fromWire(args, this.codec) as readonly unknown[] | undefined) ?? [] });
    this.line.out.write(CREATED, number, failure && errorToWire(failure, this.codec));
  }

  private stage(ask: number, number: number, verdicts: readonly Verdict[] | undefined): void {
    const instance = this.instances.get(number);
    instance?.hear(verdicts);
    this.line.out.write(STAGED, ask, instance?.tell() ?? 0);
  }

  private run(batch: Batch, at: number): void {
    const number = batch[at] as number;
    const target = batch[at + 1] as number;
    Atomics.store(this.shared, LAST_BEGUN, number);
    this.shared[PROGRESS]!++;
    const instance = this.instances.get(target);
    if (!instance) return this.refuse(number, target);
    instance.hear(batch[at + 7] as readonly Verdict[] | undefined);
    const flags = batch[at + 6] as number;
    const method = this.names[batch[at + 2] as number]!;
    const isReading = instance.metadata.methods.get(method)?.readOnly === true;
    const turn = new ThreadTurn(number, target, instance.id, method, batch[at + 4] as number, isReading,
      fromWire(batch[at + 5], this.codec) as Who | undefined, () => this.line.say(target, 'watch', []));
    this.turns.set(number, turn);
    const strays = (flags & FRESH) !== 0 ? instance.takeStrays() : undefined;
    // What `onActivate` changes first is not the reader's.
    const undoes = (flags & READS) !== 0 && instance.isReady && instance.strayed().length === 0;
    if ((flags & READS) === 0) instance.writes++;
    const { writes } = instance;
    const end = (isWell: boolean, value: unknown): void => {
      if (undoes && writes === instance.writes) this.undo(instance, turn);
      this.end(turn, instance, isWell, value, strays);
    };
    this.perform(instance, turn, flags, batch[at + 3], end);
  }

  private perform(instance: Instance, turn: ThreadTurn, flags: number, wire: unknown, end: (isWell: boolean, value: unknown) => void): void {
    let outcome: unknown;
    try {
      const args = (flags & SOLE) !== 0 ? [wire] : (fromWire(wire, this.codec) as unknown[]);
      outcome = this.instances.awake(instance, turn, () => this.call(instance, turn, flags, args));
    } catch (error) {
      return end(false, error);
    }
    if (!isThenable(outcome)) return end(true, outcome);
    const promise = outcome instanceof Promise ? outcome : Promise.resolve(outcome);
    promise.then((value) => end(true, value), (error: unknown) => end(false, error));
  }

  private call(instance: Instance, turn: ThreadTurn, flags: number, args: unknown[]): unknown {
    if ((flags & FIRES) !== 0) return runInTurn(turn, () => this.instances.runtime(instance).fire(args[0] as number, args[1] as number));
    if ((flags & GREETS) !== 0) args[0] = this.instances.runtime(instance).client(args[0] as Mirrored['clients'][number]);
    const code = instance.object[turn.method];
    // The call was accepted by the class of which this one took the place.
    if (typeof code !== 'function') throw new UnknownMethodError(`${instance.metadata.name} has no method '${turn.method}' any more`, { method: turn.method });
    return runInTurn(turn, () => (code as (...args: unknown[]) => unknown).apply(instance.object, args));
  }

  /** C2. */
  private end(turn: ThreadTurn, instance: Instance, isWell: boolean, value: unknown, strays: FlatChanges | undefined): void {
    turn.isOpen = false;
    this.turns.delete(turn.number);
    let how = isWell ? 1 : 0;
    let wire: unknown;
    try {
      const tailCall = isWell ? handedOver(turn, value) : undefined;
      if (tailCall) {
        how = HANDS_OVER;
        wire = toWire([tailCall.target, tailCall.method, tailCall.args, tailCall.keepTurn], this.codec, 'args');
      } else {
        wire = isWell ? toWire(this.codec.copy(value, 'result'), this.codec, 'result') : errorToWire(value, this.codec);
      }
    } catch (error) {
      how = 0;
      wire = errorToWire(error, this.codec);
    }
    this.line.out.write5(DONE, turn.number, how, wire, instance.tell(strays));
  }

  private undo(instance: Instance, turn: ThreadTurn): void {
    const fields = instance.strayed();
    if (fields.length === 0) return;
    instance.undo();
    this.instances.runtime(instance).log.warn(`${instance.metadata.name}.${turn.method} is @ReadOnly but changed ${fields.join(', ')}: undone`);
  }

  private refuse(number: number, target: number): void {
    const failure = this.instances.failure(target) ?? new ActivationFailedError('the instance is gone');
    this.line.out.write5(DONE, number, 0, errorToWire(failure, this.codec), 0);
  }
}
