import { printEntityId, type EntityId } from '../../protocol/actor-id.js';
import { createCodec, type Codec } from '../../protocol/codec/index.js';
import type { Logger } from '../../protocol/ports/index.js';
import type { CallInfo, CallOptions, ConnectedClient } from '../../sdk/author/index.js';
import type { ComponentEntry, EntityRuntime } from '../../sdk/context/entity-runtime.js';
import type { FoundPage } from '../../sdk/context/found-actors.js';
import { currentTurn, runInTurn, type TurnInfo } from '../../sdk/context/turn-scope.js';
import { createHandleFactory, handleReferences, type HandleCaller, type HandleFactory } from '../../sdk/handle.js';

/** A runtime that writes down what it is asked. */
export class FakeRuntime implements EntityRuntime {
  readonly id: EntityId = { type: 'town', key: 't1', component: 'gauge' };
  readonly setVersion = 0;
  readonly calls: unknown[] = [];
  readonly events: { readonly event: object; readonly live: boolean; readonly key: string | undefined }[] = [];
  readonly asked: string[] = [];
  readonly logged: string[] = [];
  readonly ends: string[] = [];
  answer: (what: unknown) => unknown = () => undefined;
  readonly codec: Codec;
  readonly caller: HandleCaller;
  private readonly handles: HandleFactory;
  private readonly timers: ((elapsedMs: number) => unknown)[] = [];

  constructor() {
    this.caller = {
      call: async (target: EntityId, method: string, args: unknown[], _options: CallOptions, mode) => {
        this.calls.push({ target: printEntityId(target), method, mode, isOfTurn: currentTurn()?.entity === this.id });
        return this.answer(args[0]);
      },
      componentName: () => 'gauge',
    };
    this.handles = createHandleFactory(this.caller);
    this.codec = createCodec({ references: handleReferences(this.handles) });
  }

  /** Nothing was asked. */
  forget(): void {
    for (const list of [this.calls, this.events, this.logged, this.ends, this.timers]) list.length = 0;
  }

  get log(): Logger {
    const info = (first: string | object, second?: string): void => void this.logged.push(typeof first === 'string' ? first : second!);
    return { trace: info, debug: info, info, warn: info, error: info, child: () => this.log };
  }

  handle(id: EntityId): object {
    return this.handles.handle(id);
  }

  typeName(classOrName: unknown): string {
    return String(classOrName);
  }

  serviceName(classOrName: unknown): string {
    return String(classOrName);
  }

  components(): readonly ComponentEntry[] {
    return [{ name: 'gauge', className: 'gauge', tags: [] }];
  }

  emitLive(event: object, key: string | undefined): void {
    this.events.push({ event, live: true, key });
  }

  emit(event: object, receipts: boolean): string | undefined {
    this.events.push({ event, live: false, key: undefined });
    return receipts ? 'tracker' : undefined;
  }

  broadcastResult(id: string, stage: string): Promise<{ readonly delivered: number; readonly failed: readonly [] }> {
    this.asked.push(`${id} ${stage}`);
    return Promise.resolve({ delivered: 3, failed: [] });
  }

  async save(): Promise<void> {}

  addTimer(callback: (elapsedMs: number) => unknown): () => void {
    this.timers.push(callback);
    return () => undefined;
  }

  /** All timers are due. */
  async tick(elapsedMs: number): Promise<void> {
    for (const callback of this.timers) await runInTurn(fakeTurn(this.id, 'timer'), () => callback(elapsedMs));
  }

  clients(): readonly ConnectedClient[] {
    return [];
  }

  args(): readonly unknown[] {
    return [];
  }

  addComponent(): Promise<string> {
    return Promise.reject(new Error('not here'));
  }

  removeComponent(): Promise<void> {
    return Promise.reject(new Error('not here'));
  }

  findTagged(): Promise<FoundPage> {
    return Promise.resolve({ ids: [] });
  }

  tags(): readonly string[] {
    return [];
  }

  changeTags(): void {}

  tmpdir(): string {
    return '/nowhere';
  }

  requestEnd(how: 'deactivate' | 'destroy'): void {
    this.ends.push(how);
  }
}

/** A turn that nobody waits for. */
export function fakeTurn(entity: EntityId, method: string, call: Partial<CallInfo> = {}): TurnInfo {
  const { from, identity, deadline = Infinity, baggage } = call;
  const info: CallInfo = { method, from, identity, deadline, baggage: baggage ?? {}, signal: new AbortController().signal };
  return { entity, method, isOpen: true, caller: undefined, holdsBack: undefined, chain: { id: 'c' }, from, identity, baggage, deadline, deadlineMs: deadline, call: info };
}
