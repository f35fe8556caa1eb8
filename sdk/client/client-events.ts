const MAX_KEPT = 100;

/** Who hears of what happens to one client. A listener's throw is reported and stops nobody. */
export class ClientEvents {
  private readonly listeners = new Map<string, Set<(detail: unknown) => void>>();
  /** Events that a session actor sent before anybody could listen (in `onConnect`, say) wait for the first listener of their name. */
  private readonly kept: { readonly name: string; readonly detail: unknown }[] = [];

  /** Returns what stops it. */
  on(name: string, listener: (detail: unknown) => void): () => void {
    let listeners = this.listeners.get(name);
    if (!listeners) this.listeners.set(name, (listeners = new Set()));
    listeners.add(listener);
    for (const { detail } of this.takeKept(name)) this.tell(name, detail);
    return () => void listeners.delete(listener);
  }

  /** An event sent to this client: kept (the newest 100 of all) while its name was never listened to. */
  tellOrKeep(name: string, detail: unknown): void {
    if (this.listeners.has(name)) return this.tell(name, detail);
    this.kept.push({ name, detail });
    if (this.kept.length > MAX_KEPT) this.kept.shift();
  }

  tell(name: string, detail: unknown): void {
    for (const listener of [...(this.listeners.get(name) ?? [])]) {
      try {
        listener(detail);
      } catch (error) {
        if (name === 'error') console.error('troupe/client:', error);
        else this.report(error);
      }
    }
  }

  /** What nobody else would hear of: a listener's throw, a subscription that ended. To the console when there is no `error` listener. */
  report(error: unknown): void {
    if ((this.listeners.get('error')?.size ?? 0) > 0) this.tell('error', error);
    else console.error('troupe/client:', error);
  }

  private takeKept(name: string): readonly { readonly detail: unknown }[] {
    const taken = this.kept.filter((event) => event.name === name);
    if (taken.length > 0) this.kept.splice(0, this.kept.length, ...this.kept.filter((event) => event.name !== name));
    return taken;
  }
}
