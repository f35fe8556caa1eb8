import type { TurnInfo } from '../sdk/context/turn-scope.js';
import type { TurnEnd } from './host.js';
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
