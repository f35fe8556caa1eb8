// ThreadAsks. Owns: what the silo has asked a thread (`stage`, instances that are being made) and waits for, and the signals of what the thread has asked.
import type { StagedChanges } from '../protocol/ports/component-host.js';
import { RemoteSignal } from '../protocol/remote-signal.js';

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

export class ThreadAsks {
  private readonly open_ = new Map<number, Waiting>();
  private readonly creations = new Map<number, Waiting>();
  private readonly signals = new Map<number, RemoteSignal>();
  private last = 0;

  get isEmpty(): boolean {
    return this.open_.size + this.creations.size === 0;
  }

  open(send: (ask: number) => void): Promise<StagedChanges> {
    return new Promise((resolve, reject) => {
      this.open_.set(++this.last, { resolve, reject });
      send(this.last);
    });
  }

  close(ask: number, isWell: boolean, value: unknown): void {
    const waiting = this.open_.get(ask);
    this.open_.delete(ask);
    if (isWell) waiting?.resolve(value as never);
    else waiting?.reject(value);
  }

  creation(instance: number): Promise<void> {
    return new Promise((resolve, reject) => this.creations.set(instance, { resolve, reject }));
  }

  created(instance: number, error: Error | undefined): void {
    const waiting = this.creations.get(instance);
    this.creations.delete(instance);
    if (error) waiting?.reject(error);
    else waiting?.resolve(undefined as never);
  }

  /** Of an ask of the thread; made when somebody wants it. */
  signal(ask: number): () => RemoteSignal {
    return () => {
      const signal = new RemoteSignal();
      this.signals.set(ask, signal);
      return signal;
    };
  }

  cancel(ask: number): void {
    this.signals.get(ask)?.abort(undefined);
  }

  forgetSignal(ask: number): void {
    this.signals.delete(ask);
  }

  /** Nobody answers any more. Entities go on without an instance: their next turn makes one. */
  died(error: Error): void {
    for (const { resolve } of this.creations.values()) resolve(undefined as never);
    this.creations.clear();
    // What it had called and what has not begun does not run: a turn that is done again would do it twice.
    for (const signal of [...this.signals.values()]) signal.abort(error);
    this.signals.clear();
    this.failOpen(error);
  }

  fail(error: Error): void {
    for (const { reject } of this.creations.values()) reject(error);
    this.creations.clear();
    this.failOpen(error);
  }

  private failOpen(error: Error): void {
    for (const { reject } of this.open_.values()) reject(error);
    this.open_.clear();
  }
}
