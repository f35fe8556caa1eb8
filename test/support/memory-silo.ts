import { inspect } from 'node:util';
import type { Logger, Membership, StateStore } from '../../protocol/ports/index.js';
import type { EntityClass, Handle } from '../../sdk/author/index.js';
import { SystemClock } from '../../protocol/system-clock.js';
import { MemoryDeliveryQueues, MemoryQueues } from '../../events/memory-delivery-queues.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import type { SiloPorts } from '../../silo/silo-ports.js';
import { SiloRuntime } from '../../silo/silo-runtime.js';

/** A logger that keeps what it was told. */
export class RecordingLogger implements Logger {
  constructor(readonly lines: { level: string; fields: object; message: string }[] = []) {}
  trace = this.at('trace');
  debug = this.at('debug');
  info = this.at('info');
  warn = this.at('warn');
  error = this.at('error');

  child(): Logger {
    return new RecordingLogger(this.lines);
  }

  private at(level: string) {
    return (fields: object | string, message?: string): void => {
      this.lines.push(typeof fields === 'string' ? { level, fields: {}, message: fields } : { level, fields, message: message ?? '' });
    };
  }
}

let incarnations = 0;

/** A membership that nobody else shares; `isValid` can be turned off. */
export function loneMembership(): Membership & { isValid: boolean } {
  return {
    incarnation: `test-${++incarnations}`,
    isValid: true,
    isValidAt() {
      return this.isValid;
    },
    get mayAccept() {
      return this.isValid;
    },
    get validUntilMs() {
      return this.isValid ? Infinity : -Infinity;
    },
    start: () => Promise.resolve({ genesis: 'test' }),
    stop: () => Promise.resolve(),
    members: () => Promise.resolve([]),
    peers: [],
    statusOf: () => 'dead',
    refresh: () => Promise.resolve(),
    sight: () => Promise.resolve(undefined),
    suspect: () => Promise.resolve(),
    declareDead: () => Promise.resolve(),
    onChange: () => () => undefined,
    onFenced: () => undefined,
  };
}

/** Queues that hand batches over again when they are told to: at once, or all that ever were. */
export class RepeatingQueues extends MemoryDeliveryQueues {
  isDoubling = false;
  private readonly seen: [partition: number, batch: Uint8Array][] = [];

  override async add(partition: number, batch: Uint8Array): Promise<void> {
    this.seen.push([partition, batch]);
    await super.add(partition, batch);
    if (this.isDoubling) await super.add(partition, batch);
  }

  override async addDelayed(partition: number, id: string, batch: Uint8Array, dueMs: number): Promise<void> {
    this.seen.push([partition, batch]);
    await super.addDelayed(partition, id, batch, dueMs);
  }

  /** All, or the first ones; how many there were. */
  async repeat(first = Infinity): Promise<number> {
    for (const [partition, batch] of this.seen.slice(0, first)) await super.add(partition, batch);
    return this.seen.length;
  }
}

export interface TestSilo {
  readonly runtime: SiloRuntime;
  readonly store: StateStore;
  readonly membership: Membership & { isValid: boolean };
  readonly log: RecordingLogger;
  readonly queues: RepeatingQueues;
  actor<T extends object>(Class: EntityClass<T>, key: string): Handle<T>;
}

/** One silo's runtime on stores in memory (or given ones), without gateway. */
export function memorySilo(classes: readonly object[], given: Partial<Pick<SiloPorts, 'store' | 'records' | 'clock' | 'components' | 'files' | 'threads' | 'random' | 'intercept'>> = {}): TestSilo {
  const store = given.store ?? new MemoryStateStore();
  const membership = loneMembership();
  const log = new RecordingLogger();
  const clock = given.clock ?? new SystemClock();
  const queues = new RepeatingQueues(new MemoryQueues(), { clock, log });
  const runtime = new SiloRuntime({ siloId: 'test', log, membership, classes, ...given, clock, store, queues });
  void runtime.messages.start();
  return { runtime, store, queues, membership, log, actor: <T extends object>(Class: EntityClass<T>, key: string) => runtime.actor(Class, key) as Handle<T> };
}

/** A promise that a test opens: the phases of concurrent tests wait for these instead of for time. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** The error that the promise rejects with. Fails when it resolves. */
export async function failure(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  const outcome = await promise.then((value) => ({ value }), (error: unknown) => ({ error }));
  if ('value' in outcome) throw new Error(`expected a rejection, got ${inspect(outcome.value, { depth: 1 })}`);
  return outcome.error as Error & Record<string, unknown>;
}
