import type { Clock } from '../protocol/ports/clock.js';
import type { MessageRecords } from '../protocol/ports/message-records.js';
import { SystemClock } from '../protocol/system-clock.js';
import { MemoryBroadcastTrackers } from './memory-broadcast-trackers.js';
import { MemoryCallJournal } from './memory-call-journal.js';
import { MemoryChainEnds } from './memory-chain-ends.js';
import { MemoryDeadLetters } from './memory-dead-letters.js';

/** The memory twin of `RedisMessageRecords`: the same answers, gone with the process. Each method runs to its end in one step of the event loop. */
export class MemoryMessageRecords implements MessageRecords {
  readonly deadLetters: MemoryDeadLetters;
  readonly broadcasts: MemoryBroadcastTrackers;
  readonly journal: MemoryCallJournal;
  readonly chainEnds: MemoryChainEnds;

  constructor(clock: Pick<Clock, 'now'> = new SystemClock()) {
    this.deadLetters = new MemoryDeadLetters(clock);
    this.broadcasts = new MemoryBroadcastTrackers(clock);
    this.journal = new MemoryCallJournal(clock);
    this.chainEnds = new MemoryChainEnds(clock);
  }
}
