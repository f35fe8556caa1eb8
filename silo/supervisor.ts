// Supervisor. Owns: the processes of n silos on this machine, from the first start to the last end. Does not own: what they do.
//   S1. A process that ends is started again, later and later while it does not stay up; not once the supervisor stops.
//   S2. The silo of a process that was seen to end is declared dead at once: nobody has to wait for its counter to stand still.
//      A process that could not even be started counts as one that ended.
//   S3. As long as none has run, one that is refused waits for the others: when all are, there is nothing to start again.
import { fork, type ChildProcess } from 'node:child_process';
import type { Clock, Logger, TimerHandle } from '../protocol/ports/index.js';
import { isSiloReport, SUPERVISED, type SiloReport } from './silo-report.js';
import { signalChild } from './signal-child.js';

export interface SupervisorParts {
  readonly silos: number;
  /** The file that runs a silo, and its arguments for silo 0, 1, … */
  readonly file: string;
  args(index: number): readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  /** S2. */
  sawEnd(siloId: string): Promise<void>;
  /** Called once, when all run for the first time; the addresses of their gateways. */
  onRunning(gateways: readonly string[]): void;
}

/** Why all have ended: `refused` is the line of the first that could not start. */
export interface FleetEnd {
  readonly exitCode: number;
  readonly refused?: string | undefined;
}

interface Slot {
  readonly index: number;
  process: ChildProcess | undefined;
  siloId: string | undefined;
  gateway: string | undefined;
  runsSinceMs: number | undefined;
  refused: string | undefined;
  pauseMs: number;
  timer: TimerHandle | undefined;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** One that ran for that long has not failed to start. */
const STAYED_UP_MS = 10_000;
/** How long one that is cut short may take before it is killed. */
const CUT_SHORT_MS = 2_000;

export class Supervisor {
  private readonly slots: readonly Slot[];
  private readonly burials = new Set<Promise<void>>();
  private hasRun = false;
  private hasTold = false;
  private signals = 0;
  private exitCode = 0;
  private finish!: (end: FleetEnd) => void;
  /** Resolves when no process is left and none will be started. */
  readonly ended = new Promise<FleetEnd>((resolve) => (this.finish = resolve));

  constructor(private readonly parts: SupervisorParts) {
    this.slots = Array.from({ length: parts.silos }, (_, index) => ({
      index, process: undefined, siloId: undefined, gateway: undefined, runsSinceMs: undefined, refused: undefined, pauseMs: FIRST_PAUSE_MS, timer: undefined,
    }));
  }

  start(): void {
    for (const slot of this.slots) this.launch(slot);
  }

  /** The first stops all in good order; from the second on they are cut short. */
  signal(name: NodeJS.Signals): void {
    this.signals++;
    for (const slot of this.slots) {
      slot.timer?.cancel();
      if (slot.process) signalChild(slot.process, name);
    }
    if (this.signals === 2) this.parts.clock.setTimer(() => this.kill(), CUT_SHORT_MS);
    this.endWhenEmpty();
  }

  private kill(): void {
    for (const { process } of this.slots) if (process) signalChild(process, 'SIGKILL');
  }

  private launch(slot: Slot): void {
    slot.refused = undefined;
    let child: ChildProcess;
    try {
      child = this.fork(slot.index);
    } catch (error) {
      return this.onNotStarted(slot, error);
    }
    slot.process = child;
    child.on('message', (message) => {
      if (isSiloReport(message)) this.onReport(slot, message, child.pid);
    });
    child.on('error', (error) => {
      if (child.pid !== undefined) this.parts.log.error({ err: error, silo: slot.index + 1 }, 'the process of a silo could not be reached');
      else if (slot.process === child) this.onNotStarted(slot, error);
    });
    // Not 'close': a process that it started may hold its output open.
    child.once('exit', (code, signal) => this.onExit(slot, code, signal));
  }

  private fork(index: number): ChildProcess {
    const { npm_lifecycle_event: _ours, ...inherited } = process.env;
    // A group of its own: a Ctrl-C of the terminal comes by us alone, and not twice.
    return fork(this.parts.file, [...this.parts.args(index)], { env: { ...inherited, [SUPERVISED]: '1' }, detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  /** S1. Without processes or descriptors left, 'error' comes alone and no 'exit' follows; without memory, `fork` throws. */
  private onNotStarted(slot: Slot, error: unknown): void {
    slot.process = undefined;
    this.parts.log.error({ err: error, silo: slot.index + 1, againInMs: this.signals > 0 ? undefined : slot.pauseMs }, 'the process of a silo could not be started');
    if (this.signals === 0) return this.launchLater(slot);
    this.exitCode ||= 1;
    this.endWhenEmpty();
  }

  private onReport(slot: Slot, report: SiloReport, pid: number | undefined): void {
    if (report.kind === 'refused') return void (slot.refused = report.line);
    const { clock, log } = this.parts;
    Object.assign(slot, { siloId: report.siloId, gateway: report.gateway, runsSinceMs: clock.monotonicMs() });
    log.info({ silo: slot.index + 1, pid, id: report.siloId, gateway: report.gateway }, 'a silo runs');
    if (this.signals > 0) return; // S1
    if (!this.hasRun) {
      this.hasRun = true;
      for (const held of this.slots) if (held.refused !== undefined && !held.process) this.launchLater(held); // S3
    }
    if (this.hasTold || !this.slots.every(({ runsSinceMs }) => runsSinceMs !== undefined)) return;
    this.hasTold = true;
    this.parts.onRunning(this.slots.flatMap(({ gateway }) => gateway ?? []));
  }

  private onExit(slot: Slot, code: number | null, signal: NodeJS.Signals | null): void {
    const { clock, log } = this.parts;
    const { siloId, runsSinceMs, process: ended, refused } = slot;
    if (siloId !== undefined) this.bury(siloId);
    if (runsSinceMs !== undefined && clock.monotonicMs() - runsSinceMs >= STAYED_UP_MS) slot.pauseMs = FIRST_PAUSE_MS;
    Object.assign(slot, { process: undefined, siloId: undefined, runsSinceMs: undefined });
    if (this.signals > 0) {
      this.exitCode ||= code ?? 1;
      return this.endWhenEmpty();
    }
    if (refused !== undefined && !this.hasRun) return this.giveUpWhenAllAreRefused();
    log.warn({ silo: slot.index + 1, pid: ended?.pid, code, signal, refused, againInMs: slot.pauseMs }, 'a silo ended; it is started again');
    this.launchLater(slot);
  }

  /** S1 */
  private launchLater(slot: Slot): void {
    slot.timer = this.parts.clock.setTimer(() => this.launch(slot), slot.pauseMs);
    slot.pauseMs = Math.min(LONGEST_PAUSE_MS, slot.pauseMs * 2);
  }

  /** S2 */
  private bury(siloId: string): void {
    const burial = this.parts.sawEnd(siloId)
      .then(() => this.parts.log.info({ id: siloId }, 'a silo that ended is dead for the others too'))
      .catch((error: unknown) => this.parts.log.warn({ err: error, id: siloId }, 'a silo that ended could not be declared dead; the others will notice'))
      .finally(() => this.burials.delete(burial));
    this.burials.add(burial);
  }

  /** S3 */
  private giveUpWhenAllAreRefused(): void {
    if (this.slots.some(({ process, refused }) => process || refused === undefined)) return;
    this.finish({ exitCode: 2, refused: this.slots[0]?.refused });
  }

  private endWhenEmpty(): void {
    if (this.slots.some(({ process }) => process)) return;
    void Promise.all(this.burials).then(() => this.finish({ exitCode: this.exitCode }));
  }
}
