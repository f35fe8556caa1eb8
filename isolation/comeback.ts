// Comeback. Owns: when a thread that died may live again, and what is said of it until then.
import { ComponentCrashedError } from '../protocol/errors/index.js';
import type { Clock, TimerHandle } from '../protocol/ports/clock.js';
import type { Logger } from '../protocol/ports/logger.js';
import { RestartPolicy } from './restart-policy.js';
import type { SpawnGate } from './spawn-gate.js';

/** What all threads of a silo share of it. */
export interface ComebackParts {
  /** Real time, also where the silo's is virtual. */
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  /** Holds every start back while the files are being exchanged. */
  readonly gate?: SpawnGate | undefined;
}

const KEEP_ALIVE_MS = 1000;

/** How a life ended. */
export interface Death {
  /** What nobody caught, or why it was killed. */
  readonly thrown: unknown;
  readonly exitCode: number | undefined;
  /** Its modules had not been loaded. */
  readonly isEarly: boolean;
}

export class Comeback {
  isDegraded = false;
  crashes = 0;
  lastError: Error | undefined;
  private policy: RestartPolicy;
  /** Another life would end like the last one: the files are to blame. */
  private isWaitingForFiles = false;
  private lastHow = '';
  private timer: TimerHandle | undefined;
  /** Timers of clocks keep no process alive. */
  private alive: ReturnType<typeof setInterval> | undefined;
  private degradedUntil = 0;

  constructor(private readonly name: string, private readonly parts: ComebackParts, private readonly start: () => void) {
    this.policy = new RestartPolicy(parts.random);
  }

  /** A new life will begin by itself. */
  get isComing(): boolean {
    return this.timer !== undefined;
  }

  /** Says why, and begins a new life in time. `refusal`: why the silo does not run what is in the files. */
  died({ thrown, exitCode, isEarly }: Death, refusal: Error | undefined): ComponentCrashedError {
    const { clock, log } = this.parts;
    const { name } = this;
    const how = howItDied(thrown, exitCode) + (isEarly && refusal ? ` (the silo has refused these files, and tries again when they load: ${refusal.message})` : '');
    const error = new ComponentCrashedError(`${name}: its thread died: ${how}`, { component: name, exitCode, cause: thrown });
    this.crashes++;
    this.lastError = error;
    this.lastHow = how;
    this.isWaitingForFiles = isEarly;
    const nowMs = clock.monotonicMs();
    const next = this.policy.onCrash(nowMs);
    const delayMs = next.kind === 'degraded' ? next.untilMs - nowMs : next.delayMs;
    this.isDegraded = next.kind === 'degraded';
    this.degradedUntil = Math.ceil(clock.now() + delayMs);
    // The wrapper would say it once more, and where nothing was thrown its stack is Troupe's own.
    const why = thrown instanceof Error ? { err: thrown } : { reason: how };
    const fields = { ...why, component: name, exitCode, forMs: Math.round(delayMs) };
    if (this.isDegraded) log.error(fields, `the thread of ${name} dies again and again: the component is degraded for a while`);
    else log.warn(fields, `the thread of ${name} died; it comes back`);
    this.timer = clock.setTimer(() => this.begin(), delayMs);
    return error;
  }

  /** The files load again: what died of them begins at once, as if it never had. */
  filesLoad(): void {
    if (!this.isWaitingForFiles || !this.timer) return;
    this.policy = new RestartPolicy(this.parts.random);
    this.begin();
  }

  /** Somebody waits for the next life: the process does too. */
  keepAlive(): void {
    this.alive ??= setInterval(() => undefined, KEEP_ALIVE_MS);
  }

  /** A turn ended well. */
  worked(): void {
    if (this.crashes > 0) this.policy.onHealthy(this.parts.clock.monotonicMs());
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.letGo();
  }

  /** Nobody has to wait any more: the next life has begun. */
  letGo(): void {
    clearInterval(this.alive);
    this.alive = undefined;
  }

  /** For turns while it is degraded. */
  refusal(): ComponentCrashedError {
    const { name, crashes, degradedUntil, lastError, lastHow } = this;
    const until = new Date(degradedUntil).toISOString();
    return new ComponentCrashedError(`${name} is degraded until ${until}: its thread died ${crashes} times, last: ${lastHow}; the call did not run`, {
      component: name, degradedUntil, cause: lastError,
    });
  }

  private begin(): void {
    this.stop();
    this.isDegraded = false;
    this.start();
  }
}

function howItDied(thrown: unknown, exitCode: number | undefined): string {
  if (thrown instanceof Error) return thrown.message;
  return thrown !== undefined || exitCode === undefined ? String(thrown) : `it exited with code ${exitCode}`;
}

/** For turns that may have begun. */
export function abandonment(name: string): ComponentCrashedError {
  return new ComponentCrashedError(`${name}: the activation or its silo ended before the turn; whether it ran to its end is unknown`, { component: name });
}

/** For turns that surely have not. */
export function stoppage(name: string): ComponentCrashedError {
  return new ComponentCrashedError(`${name}: its thread was stopped; the call did not run`, { component: name });
}
