const MAX_EVENTS = 200_000;

/** What happened in a test cluster, event by event: calls, claims, commits, who came and who died. The same seed gives the same lines. */
export class Trace {
  private readonly events: string[] = [];

  constructor(private readonly nowMs: () => number) {}

  /** The oldest lines leave when there are very many. */
  note(silo: string, event: string): void {
    if (this.events.length >= MAX_EVENTS) this.events.splice(0, MAX_EVENTS / 2);
    this.events.push(`${this.nowMs()} ${silo} ${event}`);
  }

  get lines(): readonly string[] {
    return this.events;
  }
}
