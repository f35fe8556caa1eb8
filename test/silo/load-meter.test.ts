import { expect } from 'chai';
import { SystemClock } from '../../protocol/system-clock.js';
import { LoadMeter, processReadings, type LoadReadings } from '../../silo/load-meter.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';

/** A process whose load a test sets. Its cpu time goes on with the clock. */
class FakeProcess implements LoadReadings {
  /** Cores in use from now on. */
  cores = 0;
  heap = 0;
  rss = 0;
  private micros = 5_000_000;
  private sinceMs = 0;
  constructor(private readonly clock: VirtualClock) {}

  use(cores: number): void {
    this.cpuMicros();
    this.cores = cores;
  }

  cpuMicros(): number {
    const nowMs = this.clock.monotonicMs();
    this.micros += this.cores * (nowMs - this.sinceMs) * 1000;
    this.sinceMs = nowMs;
    return this.micros;
  }

  heapUsed = (): number => this.heap;
  heapLimit = (): number => 1000;
  resident = (): number => this.rss;
  residentLimit = (): number => 4000;
}

describe('the load meter', () => {
  let clock: VirtualClock;
  let running: FakeProcess;
  let meter: LoadMeter;
  beforeEach(() => {
    clock = new VirtualClock();
    running = new FakeProcess(clock);
    meter = new LoadMeter(clock, running);
  });

  it('says the share of a core that was used since it began, and nothing of the time before', async () => {
    running.use(0.25);
    meter.start();
    expect(meter.current().cpu).to.equal(0);
    await clock.advance('500ms');
    expect(meter.current().cpu).to.be.closeTo(0.25, 1e-9);
    await clock.advance('10s');
    expect(meter.current().cpu).to.be.closeTo(0.25, 1e-9);
  });

  it('follows a change within about two seconds, smoothly', async () => {
    meter.start();
    await clock.advance('5s');
    running.use(1);
    await clock.advance('500ms');
    expect(meter.current().cpu).to.be.within(0.15, 0.3);
    await clock.advance('1500ms');
    expect(meter.current().cpu).to.be.within(0.55, 0.7);
    await clock.advance('6s');
    expect(meter.current().cpu).to.be.within(0.95, 1);
  });

  it('says more than 1 of a process whose threads use more than a core', async () => {
    running.use(2.5);
    meter.start();
    await clock.advance('1s');
    expect(meter.current().cpu).to.be.closeTo(2.5, 1e-9);
  });

  it('weighs a sample by the time that it stands for: a loop that was late is measured as one that was not', () => {
    let nowMs = 0;
    let ring: () => void = () => undefined;
    const late = { now: () => nowMs, monotonicMs: () => nowMs, setTimer: (callback: () => void) => { ring = callback; return { cancel: () => undefined }; } };
    let micros = 0;
    const slow = new LoadMeter(late, { cpuMicros: () => micros, heapUsed: () => 0, heapLimit: () => 1, resident: () => 0, residentLimit: () => 1 });
    slow.start();
    nowMs = 500;
    ring();
    expect(slow.current().cpu).to.equal(0);
    // Ten seconds in one go, one core all the time.
    nowMs += 10_000;
    micros += 10_000_000;
    ring();
    expect(slow.current().cpu).to.be.closeTo(1 - Math.exp(-5), 1e-9);
    // A timer that rings twice in one instant measures nothing.
    ring();
    expect(slow.current().cpu).to.be.closeTo(1 - Math.exp(-5), 1e-9);
  });

  it('says how near the nearest memory limit is, smoothly, from the start on', async () => {
    running.heap = 200;
    running.rss = 2000;
    meter.start();
    expect(meter.current().memory).to.equal(0.5);
    running.heap = 900;
    await clock.advance('20s');
    expect(meter.current().memory).to.be.closeTo(0.9, 0.001);
    running.rss = 9999;
    await clock.advance('20s');
    expect(meter.current().memory).to.be.closeTo(1, 0.001).and.at.most(1);
  });

  it('measures nothing after its stop, and keeps what it said', async () => {
    running.use(1);
    meter.start();
    await clock.advance('1s');
    meter.stop();
    meter.stop();
    running.use(0);
    await clock.advance('10s');
    expect(meter.current().cpu).to.be.closeTo(1, 1e-9);
  });

  it('can be started again, and then begins anew', async () => {
    running.use(1);
    meter.start();
    meter.start();
    await clock.advance('1s');
    meter.stop();
    running.use(0);
    await clock.advance('10s');
    meter.start();
    await clock.advance('500ms');
    expect(meter.current().cpu).to.equal(0);
  });

  it('reads the process that it runs in', () => {
    const readings = processReadings();
    const before = readings.cpuMicros();
    let sum = 0;
    while (readings.cpuMicros() === before) sum += Math.sqrt(sum + 1);
    expect(readings.cpuMicros()).to.be.greaterThan(before);
    expect(readings.heapUsed() / readings.heapLimit()).to.be.within(0.0001, 1);
    expect(readings.resident() / readings.residentLimit()).to.be.within(0.0001, 1);
  });

  it('runs on the real clock', () => {
    const real = new LoadMeter(new SystemClock());
    real.start();
    try {
      expect(real.current().memory).to.be.within(0.0001, 1);
    } finally {
      real.stop();
    }
  });
});
