// What code in a thread asks of its silo, carried out here as if the code ran here: as code of its turn, by way of its entity's runtime.
import { ConfigurationError } from '../protocol/errors/index.js';
import type { EntityId } from '../protocol/actor-id.js';
import type { CallOptions } from '../sdk/author/index.js';
import type { BroadcastStage } from '../sdk/broadcast.js';
import type { EntityRuntime } from '../sdk/context/entity-runtime.js';
import { currentTurn, runInTurn, runOutsideTurns } from '../sdk/context/turn-scope.js';
import type { RemoteSignal } from '../protocol/remote-signal.js';
import type { ComponentThread } from './component-thread.js';
import { ABORT } from './thread-messages.js';
import type { Run } from './thread-turns.js';
import type { WorkerEntity } from './worker-entity.js';

/** One wish. */
export interface Wish {
  readonly entity: WorkerEntity;
  /** The turn whose code it is; absent outside any. */
  readonly run: Run | undefined;
  readonly turnNumber: number;
  readonly verb: string;
  readonly args: readonly unknown[];
  /** Aborts when the thread gives the wish up. */
  readonly signal: (() => RemoteSignal) | undefined;
  readonly thread: ComponentThread;
}

type Verb = (wish: Wish, runtime: EntityRuntime, ...args: never[]) => unknown;

/** The result, or a promise of it; throws and rejects as the runtime does. */
export function serve(wish: Wish): unknown {
  const verb = VERBS[wish.verb] as ((wish: Wish, runtime: EntityRuntime, ...args: readonly unknown[]) => unknown) | undefined;
  if (!verb) throw new ConfigurationError(`a component's thread asked for '${wish.verb}', which this silo does not know`);
  if (wish.run && CHANGING.has(wish.verb)) wish.run.hasSaid = true;
  const work = (): unknown => verb(wish, wish.entity.runtime, ...wish.args);
  return wish.run ? runInTurn(wish.run.turn, work) : runOutsideTurns(work);
}

/** The result of `work`, now or later, or what kept it (or `well`) from it. */
export function attempt(work: () => unknown, well: (value: unknown) => void, failed: (error: unknown) => void): void {
  try {
    const result = work();
    if (result instanceof Promise) result.then(well).catch(failed);
    else well(result);
  } catch (error) {
    failed(error);
  }
}

/** A unit in which these were done cannot lose the fields of the turn that did them. */
const CHANGING: ReadonlySet<string> = new Set(['emit', 'tell', 'sendEvent', 'addComponent', 'removeComponent', 'changeTags']);

const VERBS: Readonly<Record<string, Verb>> = {
  call: ({ signal }, { caller }, target: EntityId, method: string, args: unknown[], options: CallOptions, mode: 'call' | 'oneWay') =>
    caller.call(target, method, args, mode === 'call' && signal ? { ...options, signal: signal() as unknown as AbortSignal } : options, mode),
  tell: (_, { caller }, target: EntityId, method: string, args: unknown[], options: CallOptions) => caller.tell!(target, method, args, options),
  sendEvent: (_, { caller }, target: EntityId, event: object) => caller.send!(target, event),
  bind: (_, { caller }, target: EntityId, event: string, listener: EntityId, bound: boolean) => caller.bind!(target, event, listener, bound),
  manage: (_, { caller }, target: EntityId, options: CallOptions, verb: string, args: unknown[]) =>
    (caller.manage!(target, options) as Record<string, (...args: unknown[]) => unknown>)[verb]!(...args),
  emit: (_, runtime, event: object, receipts: boolean) => runtime.emit(event, receipts),
  broadcastResult: (_, runtime, id: string, stage: BroadcastStage) => runtime.broadcastResult(id, stage),
  emitLive: (_, runtime, event: object, key: string | undefined) => runtime.emitLive(event, key),
  addComponent: async ({ entity }, runtime, className: string, tags: readonly string[], args: readonly unknown[] | undefined) => {
    const name = await runtime.addComponent(className, tags, args);
    // Before the answer: as code of this turn sees it.
    entity.refresh();
    return name;
  },
  removeComponent: async ({ entity }, runtime, id: EntityId) => {
    await runtime.removeComponent(id);
    entity.refresh();
  },
  changeTags: ({ entity }, runtime, added: readonly string[], removed: readonly string[]) => {
    runtime.changeTags(added, removed);
    entity.refresh();
  },
  findTagged: (_, runtime, tag: string, type: string | undefined, cursor: string | undefined) => runtime.findTagged(tag, type, cursor),
  giveUp: ({ thread }, _, reason: string) => thread.kill(new Error(reason)),
  save: (_, runtime) => runtime.save(),
  tmpdir: (_, runtime, path: string) => runtime.adoptTmpdir?.(path),
  end: (_, runtime, how: 'deactivate' | 'destroy') => runtime.requestEnd(how),
  log: (_, { log }, level: 'info', fields: object | undefined, message: string) => (fields === undefined ? log[level](message) : log[level](fields, message)),
  send: (_, runtime, client: string, event: object) => runtime.clients().find(({ id }) => id === client)?.send(event),
  kick: (_, runtime, client: string, reason: string | undefined) => runtime.clients().find(({ id }) => id === client)?.kick(reason),
  watch: ({ run, turnNumber, thread }) => watchTurn(run, turnNumber, thread),
  timer: ({ entity }, runtime, number: number, dueMs: number, everyMs: number | undefined) => startTimer(entity, runtime, number, dueMs, everyMs),
  cancelTimer: ({ entity }, _, number: number) => entity.timers.cancel(number),
};

/** The turn's code has looked at its signal. */
function watchTurn(run: Run | undefined, turnNumber: number, thread: ComponentThread): void {
  if (!run) return;
  const { signal } = run.turn.call;
  const abort = (): void => thread.write(ABORT, turnNumber, signal.reason instanceof Error ? signal.reason.message : String(signal.reason));
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
}

function startTimer(entity: WorkerEntity, runtime: EntityRuntime, number: number, dueMs: number, everyMs: number | undefined): void {
  const stop = runtime.addTimer((elapsedMs) => {
    if (everyMs === undefined) entity.timers.forget(number);
    // The turn of the tick is the one that is running here.
    return entity.fire(number, elapsedMs, currentTurn()!);
  }, dueMs, everyMs);
  entity.timers.add(number, stop);
}
