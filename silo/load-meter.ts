// LoadMeter. Owns: what this process takes itself for in its own snapshot: cpu and memory. Does not own: when others hear of it.
//   L1. A sample is weighed by the time that it stands for, so that a loop that was late, or a process that was paused, is measured rightly.
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { Clock, TimerHandle } from '../protocol/ports/clock.js';
import type { SiloSnapshot } from '../protocol/ports/placement.js';

/** What a process says of itself. Bytes, and microseconds of all its threads since its start. */
export interface LoadReadings {
  cpuMicros(): number;
  heapUsed(): number;
  heapLimit(): number;
  resident(): number;
  /** What the process may have resident: the machine's memory, or less where a container says so. */
  residentLimit(): number;
}

const SAMPLE_EVERY_MS = 500;
/** What is shown is a mean of about the last two seconds: a sample that is that old counts a third (1/e) of a new one. */
const MEMORY_MS = 2000;

export class LoadMeter {
  private cpu = 0;
  private memory = 0;
  private lastMicros = 0;
  private lastMs = 0;
  private hasSample = false;
  private timer: TimerHandle | undefined;

  constructor(private readonly clock: Clock, private readonly readings: LoadReadings = processReadings()) {}

  /** Begins to measure. Idempotent. */
  start(): void {
    if (this.timer) return;
    this.lastMicros = this.readings.cpuMicros();
    this.lastMs = this.clock.monotonicMs();
    this.memory = this.readMemory();
    this.hasSample = false;
    this.arm();
  }

  /** Ends that. Idempotent; what was measured last stays. */
  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  /** Lately: the share of one core (above 1 with threads), and of the memory limit that is nearest. 0 until there is a first sample. */
  current(): Pick<SiloSnapshot, 'cpu' | 'memory'> {
    return { cpu: this.cpu, memory: this.memory };
  }

  private arm(): void {
    this.timer = this.clock.setTimer(() => {
      this.sample();
      this.arm();
    }, SAMPLE_EVERY_MS);
  }

  private sample(): void {
    const nowMs = this.clock.monotonicMs();
    const elapsedMs = nowMs - this.lastMs;
    if (elapsedMs <= 0) return;
    const micros = this.readings.cpuMicros();
    const cpu = Math.max(0, micros - this.lastMicros) / (elapsedMs * 1000);
    // L1. The first sample is all there is.
    const share = this.hasSample ? 1 - Math.exp(-elapsedMs / MEMORY_MS) : 1;
    this.cpu += share * (cpu - this.cpu);
    this.memory += share * (this.readMemory() - this.memory);
    this.lastMicros = micros;
    this.lastMs = nowMs;
    this.hasSample = true;
  }

  /** Whichever is nearer to its end: V8 ends a process whose heap is full, the system one that is too large. */
  private readMemory(): number {
    const { readings } = this;
    return Math.min(1, Math.max(readings.heapUsed() / readings.heapLimit(), readings.resident() / readings.residentLimit()));
  }
}

/** Those of this process. */
export function processReadings(): LoadReadings {
  const residentLimit = containedMemory();
  return {
    cpuMicros: () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    heapUsed: () => getHeapStatistics().used_heap_size,
    heapLimit: () => getHeapStatistics().heap_size_limit,
    resident: () => process.memoryUsage.rss(),
    residentLimit: () => residentLimit,
  };
}

/** The container's limit, where there is one: without one Node says 0, or more than there is. */
function containedMemory(): number {
  const total = totalmem();
  const contained = process.constrainedMemory();
  return contained > 0 && contained < total ? contained : total;
}
