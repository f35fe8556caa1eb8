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

export class Comeback {
  isDegraded = false;
  crashes = 0;
  lastError: Error | undefined;
  private readonly policy: RestartPolicy;
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

  /** Says why, and begins a new life in time. */
  died(thrown: unknown, exitCode: number | undefined): ComponentCrashedError {
    const { clock, log } = this.parts;
    const { name } = this;
    const error = crashError(name, thrown, exitCode);
    this.crashes++;
    this.lastError = error;
    const nowMs = clock.monotonicMs();
    const next = this.policy.onCrash(nowMs);
    const delayMs = next.kind === 'degraded' ? next.untilMs - nowMs : next.delayMs;
    this.isDegraded = next.kind === 'degraded';
    this.degradedUntil = clock.now() + delayMs;
    const fields = { err: error, component: name, forMs: Math.round(delayMs) };
    if (this.isDegraded) log.error(fields, `the thread of ${name} dies again and again: the component is degraded for a while`);
    else log.warn(fields, `the thread of ${name} died; it comes back`);
    this.timer = clock.setTimer(() => {
      this.stop();
      this.isDegraded = false;
      this.start();
    }, delayMs);
    return error;
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
    const { name, crashes, degradedUntil, lastError } = this;
    const until = new Date(degradedUntil).toISOString();
    return new ComponentCrashedError(`${name} is degraded until ${until}: its thread died ${crashes} times, last of: ${lastError?.message ?? ''}; the call did not run`, {
      component: name, degradedUntil, cause: lastError,
    });
  }
}

function crashError(name: string, thrown: unknown, exitCode: number | undefined): ComponentCrashedError {
  const isSaid = thrown !== undefined || exitCode === undefined;
  const how = thrown instanceof Error ? thrown.message : isSaid ? String(thrown) : `it exited with code ${exitCode}`;
  return new ComponentCrashedError(`${name}: its thread died: ${how}`, { component: name, exitCode, cause: thrown });
}

/** For turns that may have begun. */
export function abandonment(name: string): ComponentCrashedError {
  return new ComponentCrashedError(`${name}: the activation or its silo ended before the turn; whether it ran to its end is unknown`, { component: name });
}

/** For turns that surely have not. */
export function stoppage(name: string): ComponentCrashedError {
  return new ComponentCrashedError(`${name}: its thread was stopped; the call did not run`, { component: name });
}
