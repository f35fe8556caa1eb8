// MemoryBindings. Owns: who was bound to which event of one actor from when to when, as far as it is still needed.
//   B1. A binding's place among those of its event never changes, and those that follow stand behind it: pages stay the same.
import type { ListenerPage } from '../protocol/ports/message-store.js';

interface Binding {
  readonly listener: string;
  /** The version whose commit made it. */
  readonly from: number;
  /** The version whose commit ended it. */
  until: number;
}

class EventBindings {
  /** By place, in rising order. */
  readonly all = new Map<number, Binding>();
  /** The places of those that last. */
  readonly lasting = new Map<string, number>();
  private last = 0;

  add(listener: string, version: number): void {
    if (this.lasting.has(listener)) return;
    this.last += 1;
    this.lasting.set(listener, this.last);
    this.all.set(this.last, { listener, from: version, until: Infinity });
  }

  end(listener: string, version: number, isNeeded: boolean): void {
    const place = this.lasting.get(listener);
    if (place === undefined) return;
    const binding = this.all.get(place)!;
    this.lasting.delete(listener);
    if (isNeeded) binding.until = version;
    else this.all.delete(place);
  }

  page(version: number, limit: number, after: number): ListenerPage {
    const listeners: string[] = [];
    let seen = 0;
    for (const [place, { listener, from, until }] of this.all) {
      if (place <= after) continue;
      if (from <= version && until > version) listeners.push(listener);
      if (++seen === limit) return { listeners, cursor: String(place) };
    }
    return { listeners };
  }

  forget(version: number): void {
    for (const [place, { until }] of this.all) if (until !== Infinity && until <= version) this.all.delete(place);
  }
}

/** The bindings of one actor. */
export class MemoryBindings {
  private events = new Map<string, EventBindings>();
  /** Of lives that ended with messages in the outbox, oldest first. */
  private earlier: { readonly version: number; readonly events: ReadonlyMap<string, EventBindings> }[] = [];

  /** `isNeeded`: something is in the outbox that may go to whom the commit unbinds. */
  change(event: string, listener: string, isBound: boolean, version: number, isNeeded: boolean): void {
    let bindings = this.events.get(event);
    if (!bindings && !isBound) return;
    if (!bindings) this.events.set(event, (bindings = new EventBindings()));
    if (isBound) bindings.add(listener, version);
    else bindings.end(listener, version, isNeeded);
    if (bindings.all.size === 0) this.events.delete(event);
  }

  /** How many are bound now, by event. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const [event, { lasting }] of this.events) if (lasting.size > 0) counts.set(event, lasting.size);
    return counts;
  }

  page(event: string, version: number, limit: number, cursor: string | undefined): ListenerPage {
    const life = this.earlier.find((each) => each.version >= version && each.events.has(event))?.events ?? this.events;
    return life.get(event)?.page(version, Math.max(1, limit), Number(cursor ?? 0)) ?? { listeners: [] };
  }

  forget(version: number): void {
    this.earlier = this.earlier.filter((life) => life.version >= version);
    for (const [event, bindings] of this.events) {
      bindings.forget(version);
      if (bindings.all.size === 0) this.events.delete(event);
    }
  }

  /** The actor is destroyed. */
  endAll(version: number, isNeeded: boolean): void {
    if (isNeeded && this.events.size > 0) this.earlier.push({ version, events: this.events });
    this.events = new Map();
  }
}
