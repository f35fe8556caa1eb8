/** The silo's side of an instance's timers, by the numbers that the instance gave them. They end with it. */
export class InstanceTimers {
  private stops: Map<number, () => void> | undefined;

  add(number: number, stop: () => void): void {
    (this.stops ??= new Map()).set(number, stop);
  }

  /** It has rung for the last time. */
  forget(number: number): void {
    this.stops?.delete(number);
  }

  cancel(number: number): void {
    this.stops?.get(number)?.();
    this.forget(number);
  }

  stop(): void {
    for (const stop of this.stops?.values() ?? []) stop();
    this.stops = undefined;
  }
}
