// ThreadTurns. Owns: the turns that a thread was given and has not ended, by number, in order.
import type { Codec } from '../protocol/codec/index.js';
import { isPrimitive } from '../protocol/primitive.js';
import type { ConnectedClient } from '../sdk/author/index.js';
import type { TurnInfo } from '../sdk/context/turn-scope.js';
import type { TurnEnd } from './host.js';
import { OpenTurns } from './open-turns.js';
import type { PortBatch } from './port-batch.js';
import { GREETS, NAME, RUN, SOLE } from './thread-messages.js';
import { toWire } from './wire-value.js';
import type { WorkerEntity } from './worker-entity.js';

/** A turn on its way to a thread and back. A class: what is made by a literal and lives for so long is soon made among the old, which are collected late. */
export class Run {
  /** Given when it leaves for the thread. */
  number = 0;
  /** It has sent messages, or changed more than its own fields. */
  hasSaid = false;

  constructor(
    readonly entity: WorkerEntity,
    readonly method: string,
    readonly args: readonly unknown[],
    readonly turn: TurnInfo,
    readonly flags: number,
    readonly end: TurnEnd,
  ) {}
}

/** Numbers stay whole and small for the array that threads share: they begin anew long before. */
const LAST_NUMBER = 2 ** 30;

export class ThreadTurns {
  private readonly open_ = new OpenTurns();
  private readonly deadHavingSaid = new Set<WorkerEntity>();
  private last = 0;
  /** What the names of methods are called by in this life of the thread: numbers are cheaper to send. */
  private readonly names = new Map<string, number>();

  get isEmpty(): boolean {
    return this.open_.size === 0;
  }

  get size(): number {
    return this.open_.size;
  }

  get(number: number): Run | undefined {
    return this.open_.get(number);
  }

  open(run: Run, out: PortBatch, codec: Codec): void {
    const { entity, method, turn } = run;
    let { args, flags } = run;
    let wire: unknown;
    let who: unknown;
    try {
      if (method === 'onConnect' || method === 'onDisconnect') {
        flags |= GREETS;
        args = [describeClient(args[0] as ConnectedClient), ...args.slice(1)];
      }
      if (args.length === 1 && isPrimitive(args[0])) {
        flags |= SOLE;
        wire = args[0];
      } else {
        wire = toWire(args, codec, 'args');
      }
      who = whoOf(turn, codec);
    } catch (error) {
      return run.end(true, error);
    }
    flags |= entity.prepare(method, turn);
    const name = this.names.get(method) ?? this.tellName(method, out);
    const number = (this.last = this.last === LAST_NUMBER ? 1 : this.last + 1);
    run.number = number;
    this.open_.add(run);
    out.write9(RUN, number, entity.instance, name, wire, turn.deadline, who, flags, entity.takeVerdicts());
  }

  close(number: number): Run | undefined {
    return this.open_.take(number);
  }

  /** Its message did not leave: it does not run. */
  refused(number: number, error: Error): void {
    const run = this.close(number);
    run?.entity.ended(undefined, -1, undefined);
    run?.end(true, error);
  }

  /** All, or those of one entity. */
  failAll(error: Error, entity?: WorkerEntity): void {
    for (const run of this.open_.all()) {
      if (entity && run.entity !== entity) continue;
      this.open_.take(run.number);
      run.end(true, error);
    }
  }

  /** Fails the turns that had begun; returns those that had not, in order. */
  died(lastBegun: number, error: Error): readonly Run[] {
    const waiting: Run[] = [];
    this.names.clear();
    this.deadHavingSaid.clear();
    const failed: Run[] = [];
    for (const run of this.open_.all()) {
      if (hasBegun(run.number, lastBegun)) failed.push(run);
      else waiting.push(run);
      if (run.hasSaid) this.deadHavingSaid.add(run.entity);
    }
    this.open_.clear();
    // Told after all is in order: whoever hears it may go on at once.
    queueMicrotask(() => failed.forEach((run) => run.end(true, error)));
    return waiting;
  }

  private tellName(method: string, out: PortBatch): number {
    const number = this.names.size;
    this.names.set(method, number);
    out.write(NAME, number, method);
    return number;
  }

  diedHavingSaid(entity: WorkerEntity): boolean {
    return this.deadHavingSaid.has(entity);
  }
}

/** Numbers may have begun anew in between. */
function hasBegun(number: number, lastBegun: number): boolean {
  const behind = lastBegun - number;
  return lastBegun > 0 && (behind >= 0 ? behind < LAST_NUMBER / 2 : behind < -LAST_NUMBER / 2);
}

function whoOf(turn: TurnInfo, codec: Codec): unknown {
  const { from, identity, baggage } = turn;
  if (from === undefined && identity === undefined && baggage === undefined) return undefined;
  return toWire([from, identity, baggage], codec, 'call');
}

function describeClient({ id, identity, since }: ConnectedClient): unknown {
  return { id, identity, since };
}
