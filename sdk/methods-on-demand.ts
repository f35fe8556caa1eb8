// Methods by any name, made at their first use.
const MAX_METHOD_NAMES = 10_000;

type Send = (self: object, method: string, args: unknown[]) => unknown;

/** A proxy behind the prototype sees only names that nobody has used yet: later uses are ordinary property hits. */
export function addMethodsOnDemand(isOwn: (value: unknown) => boolean, prototype: object, send: Send): void {
  const base = Object.getPrototypeOf(prototype) as object;
  if (base !== Object.prototype) Object.defineProperties(prototype, { ...Object.getOwnPropertyDescriptors(base), ...Object.getOwnPropertyDescriptors(prototype) });
  let names = 0;
  const methodOf = (method: string) =>
    function (this: object, ...args: unknown[]): unknown {
      if (!isOwn(this)) throw new TypeError(`${method} was taken off its handle; call it as handle.${method}(…)`);
      return send(this, method, args);
    };
  const onMiss: ProxyHandler<object> = {
    get(target, name, receiver): unknown {
      if (typeof name === 'symbol' || name in target || name === 'then' || name === 'toJSON') return Reflect.get(target, name, receiver);
      const method = methodOf(name);
      if (++names <= MAX_METHOD_NAMES) Object.defineProperty(prototype, name, { value: method });
      return method;
    },
  };
  Object.setPrototypeOf(prototype, new Proxy(base, onMiss));
}

/** What `handle.oneWay` and `handle.tell` are: the methods, sent another way. */
export class Verb {
  readonly #send: (method: string, args: unknown[]) => unknown;

  constructor(send: (method: string, args: unknown[]) => unknown) {
    this.#send = send;
  }

  static send(self: Verb, method: string, args: unknown[]): unknown {
    return self.#send(method, args);
  }
}

addMethodsOnDemand(() => true, Verb.prototype, (self, method, args) => Verb.send(self as Verb, method, args));
