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
  readonly calls: unknown[] = [];
  readonly events: { readonly event: object; readonly live: boolean; readonly key: string | undefined }[] = [];
  readonly logged: string[] = [];
  readonly ends: string[] = [];
  ownTags: readonly string[] = [];
  given: readonly unknown[] = [];
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
    this.ownTags = this.given = [];
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

  components(): readonly ComponentEntry[] {
    return [{ name: 'gauge', className: 'gauge', tags: this.ownTags }];
  }

  tags(): readonly string[] {
    return this.ownTags;
  }

  changeTags(added: readonly string[], removed: readonly string[]): void {
    this.ownTags = [...this.ownTags, ...added].filter((tag) => !removed.includes(tag));
  }

  args(): readonly unknown[] {
    return this.given;
  }

  get encodedArgs(): Uint8Array | undefined {
    return this.given.length > 0 ? this.codec.encode(this.given, 'args') : undefined;
  }

  async addComponent(className: string, tags: readonly string[], args: readonly unknown[] | undefined): Promise<string> {
    this.calls.push({ add: className, tags, args, isOfTurn: currentTurn()?.entity === this.id });
    return `${className}-2`;
  }

  async removeComponent(id: EntityId): Promise<void> {
    this.calls.push({ remove: printEntityId(id), isOfTurn: currentTurn()?.entity === this.id });
  }

  async findTagged(tag: string, type: string | undefined, cursor: string | undefined): Promise<FoundPage> {
    this.calls.push({ find: tag, type, cursor });
    return cursor === undefined ? { ids: [{ type: 'town', key: 'a' }], cursor: 'next' } : { ids: [{ type: 'town', key: 'b' }] };
  }

  emitLive(event: object, key: string | undefined): void {
    this.events.push({ event, live: true, key });
  }

  emit(event: object): void {
    this.events.push({ event, live: false, key: undefined });
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

  tmpdir(): string {
    throw new Error('nobody asks for one here');
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
