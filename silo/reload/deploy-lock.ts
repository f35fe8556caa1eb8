// DeployLock. Owns: the file that says that modules are being exchanged, as this silo sees it. While it is there no thread starts and nothing is loaded.
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { SpawnGate } from '../../isolation/spawn-gate.js';
import type { Clock, Logger, TimerHandle } from '../../protocol/ports/index.js';

const LOOK_EVERY_MS = 100;
/** Nobody copies files for that long. */
const LONG_MS = 600_000;
const TELL_EVERY_MS = 60_000;

export class DeployLock implements SpawnGate {
  private readonly waiting = new Set<() => void>();
  private timer: TimerHandle | undefined;
  private toldMs: number | undefined;
  private isStopped = false;

  constructor(private readonly path: string, private readonly clock: Clock, private readonly log: Logger) {}

  get isHeld(): boolean {
    return !this.isStopped && existsSync(this.path);
  }

  /** Calls back also when the silo stops. */
  holdsBack(start: () => void): boolean {
    if (!this.isHeld) return false;
    this.waiting.add(start);
    if (!this.timer) this.look();
    return true;
  }

  /** Resolves when nobody holds it; `undefined` when nobody does now. */
  opened(): Promise<void> | undefined {
    return this.isHeld ? new Promise((resolve) => void (this.holdsBack(resolve) || resolve())) : undefined;
  }

  stop(): void {
    this.isStopped = true;
    this.look();
  }

  private look(): void {
    this.timer?.cancel();
    this.timer = undefined;
    if (!this.isHeld) {
      this.toldMs = undefined;
      const waiting = [...this.waiting];
      this.waiting.clear();
      for (const start of waiting) start();
      return;
    }
    this.tell();
    this.timer = this.clock.setTimer(() => this.look(), LOOK_EVERY_MS);
  }

  private tell(): void {
    const nowMs = this.clock.monotonicMs();
    if (this.toldMs === undefined) this.log.info({ lock: this.path }, 'a deployment holds its lock: threads and modules wait for its end');
    else if (nowMs - this.toldMs < TELL_EVERY_MS || this.ageMs() < LONG_MS) return;
    else this.log.error({ lock: this.path, ageMs: this.ageMs(), holder: this.holder() }, 'a deployment has held its lock for more than 10 minutes: no thread starts meanwhile; end it by "troupe deploy end"');
    this.toldMs = nowMs;
  }

  private ageMs(): number {
    return this.clock.now() - (statSync(this.path, { throwIfNoEntry: false })?.mtimeMs ?? this.clock.now());
  }

  private holder(): string {
    try {
      return readFileSync(this.path, 'utf8').trim();
    } catch {
      return '';
    }
  }
}
