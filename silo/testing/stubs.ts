import { printEntityId, type EntityId } from '../../protocol/actor-id.js';
import type { Codec } from '../../protocol/codec/index.js';
import type { Envelope, Invoker } from '../../protocol/envelope.js';
import { UnknownComponentError, UnknownMethodError } from '../../protocol/errors/index.js';

/** Stand-ins for an actor's methods. */
export type Stub<T> = { readonly [M in keyof T]?: T[M] extends (...args: infer A) => unknown ? (...args: A) => unknown : never };

type Methods = Readonly<Record<string, unknown>>;

/** The stubs of a test cluster, by the actors' names. */
export class Stubs {
  private readonly stubs = new Map<string, Methods>();

  /** Returns what takes it away. */
  add(name: string, methods: Methods): () => void {
    this.stubs.set(name, methods);
    return () => {
      if (this.stubs.get(name) === methods) this.stubs.delete(name);
    };
  }

  /** Calls that meet no stub go on to `next`. `codec`: of the silo that they are made on. */
  before(next: Invoker, codec: () => Codec): Invoker {
    return { invoke: (envelope) => (this.stubs.has(actorName(envelope.target)) ? this.answer(envelope, codec()) : next.invoke(envelope)) };
  }

  private async answer({ target, method, args }: Envelope, codec: Codec): Promise<unknown> {
    const methods = this.stubs.get(actorName(target))!;
    if (target.component !== undefined) throw new UnknownComponentError(`the stub of ${actorName(target)} has no components`, { component: target.component });
    const stub = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (typeof stub !== 'function') throw new UnknownMethodError(`the stub of ${printEntityId(target)} has no method '${method}'`, { method });
    return codec.copy(await (stub as (...args: readonly unknown[]) => unknown)(...args), 'result');
  }
}

function actorName({ type, key }: EntityId): string {
  return printEntityId({ type, key });
}
