// What follows when a port would not clone a message to a thread: it did not leave. Who waits for it is told, and what it said beside is said again.
import type { Codec } from '../protocol/codec/index.js';
import type { Logger } from '../protocol/ports/logger.js';
import type { ThreadAsks } from './thread-asks.js';
import { ANSWER, CREATE, RUN, SETTLE, STAGE } from './thread-messages.js';
import type { ThreadTurns } from './thread-turns.js';
import { errorToWire, unsendable } from './wire-value.js';
import type { WorkerEntity } from './worker-entity.js';

/** Who waits. */
export interface Waiting {
  readonly name: string;
  readonly codec: Codec;
  readonly log: Logger;
  readonly turns: ThreadTurns;
  readonly asks: ThreadAsks;
  readonly entities: ReadonlyMap<number, WorkerEntity>;
}

/** Returns what the thread is told in its place. */
export function answerRefused(message: readonly unknown[], thrown: unknown, waiting: Waiting): readonly unknown[] | undefined {
  const { name, codec, log, turns, asks, entities } = waiting;
  const [code, first, instance] = message as readonly number[];
  const error = unsendable(name, thrown);
  if (code === ANSWER) return [ANSWER, first, 0, errorToWire(error, codec)];
  if (code === RUN) turns.refused(first!, error);
  else if (code === STAGE) asks.close(first!, false, error);
  else if (code === CREATE) {
    entities.get(first!)?.isUnmade();
    asks.created(first!, error);
  } else log.error({ err: error, component: name }, 'a thread could not be told something');
  const verdicts = code === RUN ? message[8] : code === STAGE ? message[3] : undefined;
  return verdicts === undefined ? undefined : [SETTLE, instance, verdicts];
}
