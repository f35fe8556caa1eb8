import { AsyncLocalStorage } from 'node:async_hooks';

interface FloorCall {
  readonly method: string;
  readonly args: readonly unknown[];
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

type Instance = Record<string, (...args: readonly unknown[]) => unknown>;

/**
 * The least that could be called a mailbox: an actor is found by its key in a Map, its calls run one after the other, the caller gets a
 * promise. No identity, no deadline, no state, no copy of arguments: what a framework adds is measured against it.
 */
export class FloorMailbox {
  protected readonly actors = new Map<string, { readonly instance: Instance; readonly queue: FloorCall[]; isRunning: boolean }>();

  add(key: string, instance: object): void {
    this.actors.set(key, { instance: instance as Instance, queue: [], isRunning: false });
  }

  call(key: string, method: string, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const actor = this.actors.get(key)!;
      actor.queue.push({ method, args, resolve, reject });
      if (!actor.isRunning) void this.drain(actor);
    });
  }

  protected run(instance: Instance, { method, args }: FloorCall): unknown {
    return instance[method]!(...args);
  }

  private async drain(actor: { readonly instance: Instance; readonly queue: FloorCall[]; isRunning: boolean }): Promise<void> {
    actor.isRunning = true;
    for (let call = actor.queue.shift(); call; call = actor.queue.shift()) {
      try {
        call.resolve(await this.run(actor.instance, call));
      } catch (error) {
        call.reject(error);
      }
    }
    actor.isRunning = false;
  }
}

/** The floor with a context of its own for each turn: what "who calls?" costs at the least. */
export class FloorMailboxWithContext extends FloorMailbox {
  private readonly storage = new AsyncLocalStorage<FloorCall>();

  protected override run(instance: Instance, call: FloorCall): unknown {
    return this.storage.run(call, () => super.run(instance, call));
  }
}
