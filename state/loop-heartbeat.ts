import { BeatLoop } from './beat-loop.js';
import type { Heartbeat, HeartbeatParts } from './heartbeat.js';

/** Beats sent by the main loop: a loop that is blocked does not beat. */
export class LoopHeartbeat implements Heartbeat {
  private readonly loop: BeatLoop;
  private genesis = '';

  /** `mayBeat` is asked before each beat. */
  constructor({ incarnation, clock, table, lease, periodMs, timeoutMs, load, onTick, onEnd }: HeartbeatParts, mayBeat: () => boolean = () => true) {
    this.loop = new BeatLoop({
      clock, periodMs, timeoutMs, mayBeat, onTick,
      send: () => table.beat(incarnation, this.genesis, load?.()),
      onAnswer: (answer, sentAtMs) => (answer.status === 'ok' ? lease.renew(sentAtMs) : onEnd(answer)),
      abandon: () => table.abandonBeat(),
    });
  }

  start(genesis: string): void {
    this.genesis = genesis;
    this.loop.start();
  }

  async stop(): Promise<void> {
    this.loop.stop();
  }
}
