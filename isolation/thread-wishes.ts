// ThreadWishes. Owns: what one life of a thread has asked its silo for, until it is answered or that life is over.
import type { Codec } from '../protocol/codec/index.js';
import { ComponentCrashedError } from '../protocol/errors/index.js';
import type { Logger } from '../protocol/ports/logger.js';
import { RemoteSignal } from '../protocol/remote-signal.js';
import type { ComponentThread } from './component-thread.js';
import { ANSWER } from './thread-messages.js';
import { attempt, serve } from './thread-services.js';
import type { ThreadTurns } from './thread-turns.js';
import { errorToWire, fromWire, toWire, type Wire } from './wire-value.js';
import type { WorkerEntity } from './worker-entity.js';

export interface WishParts {
  /** Of the class. */
  readonly name: string;
  readonly codec: Codec;
  readonly log: Logger;
  readonly turns: ThreadTurns;
  readonly entities: ReadonlyMap<number, WorkerEntity>;
}

export class ThreadWishes {
  private readonly signals = new Map<number, RemoteSignal>();
  private readonly generation: number;

  constructor(private readonly thread: ComponentThread, private readonly parts: WishParts) {
    this.generation = thread.generation;
  }

  /** Answered when it is done. */
  asked(ask: number, turn: number, instance: number, verb: string, wire: Wire): void {
    const { codec } = this.parts;
    const answer = (isWell: boolean, value: unknown): void => {
      if (this.generation !== this.thread.generation) return;
      this.signals.delete(ask);
      this.thread.write(ANSWER, ask, isWell ? 1 : 0, isWell ? toWire(value, codec, 'result') : errorToWire(value, codec));
    };
    attempt(() => this.serve(turn, instance, verb, wire, this.signal(ask)), (value) => answer(true, value), (error) => answer(false, error));
  }

  said(turn: number, instance: number, verb: string, wire: Wire): void {
    const { log, name } = this.parts;
    const failed = (error: unknown): void => log.error({ err: error, component: name, verb }, 'what a component asked for could not be done');
    attempt(() => this.serve(turn, instance, verb, wire, undefined), () => undefined, failed);
  }

  cancel(ask: number): void {
    this.signals.get(ask)?.abort(undefined);
  }

  /** Nobody waits for it any more: what it had called and what has not begun does not run. A turn that is done again would do it twice. */
  died(error: Error): void {
    for (const signal of [...this.signals.values()]) signal.abort(error);
    this.signals.clear();
  }

  /** Made when somebody wants it. */
  private signal(ask: number): () => RemoteSignal {
    return () => {
      const signal = new RemoteSignal();
      this.signals.set(ask, signal);
      return signal;
    };
  }

  private serve(turn: number, instance: number, verb: string, wire: Wire, signal: (() => RemoteSignal) | undefined): unknown {
    const { entities, name, codec, turns } = this.parts;
    // Code outside any turn does not say whose it is.
    const entity = instance === 0 ? entities.values().next().value : entities.get(instance);
    if (!entity) throw new ComponentCrashedError(`${name}: the instance is gone`, { component: name });
    return serve({ entity, run: turns.get(turn), turnNumber: turn, verb, args: fromWire(wire, codec) as readonly unknown[], signal, thread: this.thread });
  }
}
