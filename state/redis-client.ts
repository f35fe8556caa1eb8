/** An argument as Redis gets it. Other byte arrays must be wrapped: ioredis would spell them out as text. */
export type RedisArgument = string | Buffer;

/** What Troupe uses of an ioredis `Redis` or `Cluster`, so that an instance of another copy or version fits too. */
export interface RedisClient {
  readonly status: string;
  /** The socket of a single-node client. */
  readonly stream?: { cork?(): void; uncork?(): void; destroy?(): unknown; readonly writable?: boolean } | undefined;
  /** The nodes of a `Cluster`, each with one connection. */
  nodes?(role?: 'all' | 'master'): readonly RedisClusterNode[];
  /** Of a `Cluster`: by slot the addresses of its nodes, as `host:port`, the master first. */
  readonly slots?: readonly (readonly string[] | undefined)[];
  connect(): Promise<void>;
  disconnect(reconnect?: boolean): void;
  duplicate(...args: unknown[]): RedisClient;
  callBuffer(command: string, ...args: RedisArgument[]): Promise<unknown>;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** One node of a `Cluster`: its connection is made once, and another client takes its place when it ends. */
export interface RedisClusterNode extends RedisClient {
  readonly options: { readonly host?: string | undefined; readonly port?: number | undefined };
}

/** True for an object that can do what `RedisClient` says. */
export function isRedisClient(value: unknown): value is RedisClient {
  if (typeof value !== 'object' || value === null) return false;
  const methods: readonly string[] = ['callBuffer', 'disconnect', 'connect', 'duplicate', 'on', 'off'];
  return methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function');
}
