// ThreadAsks. Owns: what the silo has asked one life of a thread (`stage`, instances that are being made) and waits for.
import type { StagedChanges } from '../protocol/ports/component-host.js';

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

interface Creation extends Waiting {
  readonly isAdded: boolean;
}

export class ThreadAsks {
  private readonly open_ = new Map<number, Waiting>();
  private readonly creations = new Map<number, Creation>();
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

  /** `isAdded`: there is no later. */
  creation(instance: number, isAdded: boolean): Promise<void> {
    return new Promise((resolve, reject) => this.creations.set(instance, { resolve, reject, isAdded }));
  }

  created(instance: number, error: Error | undefined): void {
    const waiting = this.creations.get(instance);
    this.creations.delete(instance);
    if (error) waiting?.reject(error);
    else waiting?.resolve(undefined as never);
  }

  /** Nobody answers any more. Entities go on without an instance: their next turn makes one; those that are being added are not. */
  died(error: Error): void {
    for (const { resolve, reject, isAdded } of this.creations.values()) {
      if (isAdded) reject(error);
      else resolve(undefined as never);
    }
    this.creations.clear();
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
