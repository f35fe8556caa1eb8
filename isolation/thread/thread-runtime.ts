import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { actorTypeName, serviceTypeName, type ClassMetadata } from '../../decorators/index.js';
import { printEntityId, type EntityId } from '../../protocol/actor-id.js';
import type { Codec } from '../../protocol/codec/index.js';
import { ConfigurationError, RateLimitedError } from '../../protocol/errors/index.js';
import type { Logger } from '../../protocol/ports/logger.js';
import type { BroadcastResult, ConnectedClient, ReminderInfo } from '../../sdk/author/index.js';
import type { BroadcastStage } from '../../sdk/broadcast.js';
import type { ComponentEntry, EntityRuntime } from '../../sdk/context/entity-runtime.js';
import { checkTagChange } from '../../sdk/context/tag-change.js';
import type { FoundPage } from '../../sdk/context/found-actors.js';
import { nameOfEvent } from '../../sdk/context/event-name.js';
import type { KeptReminderSpec } from '../../sdk/context/reminder-spec.js';
import { TailCall } from '../../sdk/context/tail-call.js';
import { currentTurn } from '../../sdk/context/turn-scope.js';
import type { HandleCaller, HandleFactory } from '../../sdk/handle.js';
import type { Mirrored } from '../mirror.js';
import { scratchName } from '../scratch-name.js';
import type { ThreadStart } from '../thread-start.js';
import type { ThreadClasses } from './thread-classes.js';
import type { ThreadLine } from './thread-line.js';
import { ThreadTurn } from './thread-turn.js';

/** Whose runtime it is. */
export interface Made {
  readonly number: number;
  readonly id: EntityId;
  readonly metadata: ClassMetadata;
  /** What it was added with. */
  readonly args: readonly unknown[];
}

/** What all instances of a thread share. */
export interface ThreadShare {
  readonly line: ThreadLine;
  readonly codec: Codec;
  readonly classes: ThreadClasses;
  readonly handles: HandleFactory;
  readonly caller: HandleCaller;
  readonly scratch: ThreadStart['scratch'];
}

const MOST_TIMERS = 10_000;
const EMPTY: Mirrored = { components: [], tags: [], clients: [] };

/** The runtime of an instance in a thread: its silo, by way of the port. What is answered at once is a mirror that the silo keeps. */
export class ThreadRuntime implements EntityRuntime {
  private mirrored: Mirrored = EMPTY;
  private callbacks: Map<number, (elapsedMs: number) => unknown> | undefined;
  private timers = 0;
  private hasTmpdir = false;
  private logger: Logger | undefined;

  private readonly instance: number;
  readonly id: EntityId;

  constructor(private readonly share: ThreadShare, private readonly made: Made, mirror: Mirrored | undefined) {
    this.instance = made.number;
    this.id = made.id;
    this.reflect(mirror);
  }

  reflect(mirror: Mirrored | undefined): void {
    this.mirrored = mirror ?? EMPTY;
  }

  get caller(): HandleCaller {
    return this.share.caller;
  }

  get log(): Logger {
    return (this.logger ??= threadLogger((level, fields, message) => this.say('log', [level, fields, message]), this.share.codec, {}));
  }

  handle(id: EntityId): object {
    return this.share.handles.handle(id);
  }

  typeName(classOrName: unknown): string {
    return actorTypeName(classOrName);
  }

  serviceName(classOrName: unknown): string {
    return serviceTypeName(classOrName);
  }

  /** Only the silo needs it. */
  readonly setVersion = 0;

  components(): readonly ComponentEntry[] {
    return this.mirrored.components;
  }

  args(): readonly unknown[] {
    return this.made.args;
  }

  async addComponent(className: string, tags: readonly string[], args: readonly unknown[] | undefined): Promise<string> {
    const copied = args && this.share.codec.copy(args, 'args');
    return (await this.share.line.ask(this.instance, 'addComponent', [className, tags, copied])) as string;
  }

  async removeComponent(id: EntityId): Promise<void> {
    await this.share.line.ask(this.instance, 'removeComponent', [id]);
  }

  async findTagged(tag: string, type: string | undefined, cursor: string | undefined): Promise<FoundPage> {
    return (await this.share.line.ask(this.instance, 'findTagged', [tag, type, cursor])) as FoundPage;
  }

  tags(): readonly string[] {
    return this.mirrored.tags;
  }

  changeTags(added: readonly string[], removed: readonly string[]): void {
    const turn = currentTurn();
    checkTagChange(this.id, this.made.metadata, turn, turn instanceof ThreadTurn && !turn.isReading, removed);
    const tags = [...this.mirrored.tags.filter((tag) => !removed.includes(tag) && !added.includes(tag)), ...added];
    // `find` in the same turn knows them too.
    const components = this.mirrored.components.map((entry) => (entry.name === this.id.component ? { ...entry, tags } : entry));
    this.mirrored = { ...this.mirrored, tags, components };
    this.say('changeTags', [added, removed]);
  }

  clients(): readonly ConnectedClient[] {
    return this.mirrored.clients.map((client) => this.client(client));
  }

  /** A client as hooks get it. */
  client({ id, identity, since }: Mirrored['clients'][number]): ConnectedClient {
    return {
      id, identity, since,
      send: (event) => {
        nameOfEvent(event);
        this.say('send', [id, this.share.codec.copy(event, 'event')]);
      },
      kick: (reason) => this.say('kick', [id, reason]),
    };
  }

  emitLive(event: object, key: string | undefined): void {
    nameOfEvent(event);
    this.say('emitLive', [this.share.codec.copy(event, 'event'), key]);
  }

  emit(event: object, receipts: boolean): Promise<string | undefined> | string | undefined {
    nameOfEvent(event);
    const copy = this.share.codec.copy(event, 'event');
    const turn = currentTurn();
    // In a turn it is buffered, which cannot fail; a turn that may not emit is told so.
    if (receipts || !(turn instanceof ThreadTurn) || turn.isReading) return this.share.line.ask(this.instance, 'emit', [copy, receipts]) as Promise<string | undefined>;
    this.say('emit', [copy, false]);
    return undefined;
  }

  async broadcastResult(id: string, stage: BroadcastStage): Promise<BroadcastResult> {
    return (await this.share.line.ask(this.instance, 'broadcastResult', [id, stage])) as BroadcastResult;
  }

  async remind(name: string, spec: KeptReminderSpec, payload: unknown): Promise<void> {
    await this.share.line.ask(this.instance, 'remind', [name, spec, this.share.codec.copy(payload, 'payload')]);
  }

  async cancelReminder(name: string): Promise<void> {
    await this.share.line.ask(this.instance, 'cancelReminder', [name]);
  }

  async reminders(): Promise<readonly ReminderInfo[]> {
    return (await this.share.line.ask(this.instance, 'reminders', [])) as readonly ReminderInfo[];
  }

  /** It goes with the turn's end; what only the silo knows speaks against it there. */
  tailCall(target: EntityId, method: string, args: readonly unknown[], keepTurn: boolean): TailCall {
    const turn = currentTurn();
    const made = new TailCall(target, method, this.share.codec.copy(args, 'args'), keepTurn);
    if (!(turn instanceof ThreadTurn)) throw new ConfigurationError(`${made.name}: no turn is running`);
    if (turn.isReading) throw new ConfigurationError(`${made.name}: ${turn.method} is @ReadOnly; it changes nothing`);
    (turn.tailCalls ??= []).push(made);
    return made;
  }

  async save(): Promise<void> {
    await this.share.line.ask(this.instance, 'save', []);
  }

  requestEnd(how: 'deactivate' | 'destroy'): void {
    this.say('end', [how]);
  }

  /** The silo removes it. After a crash the number is the same, and so is the directory. */
  tmpdir(): string {
    const { scratch } = this.share;
    if ('failure' in scratch) throw new ConfigurationError(scratch.failure);
    const path = join(scratch.root, scratchName(this.id, `t${this.instance}`));
    if (!this.hasTmpdir) this.say('tmpdir', [path]);
    this.hasTmpdir = true;
    mkdirSync(path, { mode: 0o700, recursive: true });
    return path;
  }

  addTimer(callback: (elapsedMs: number) => unknown, dueMs: number, everyMs: number | undefined): () => void {
    if ((this.callbacks?.size ?? 0) >= MOST_TIMERS) throw new RateLimitedError(`ctx.timer: ${MOST_TIMERS} timers of ${printEntityId(this.id)} wait already`);
    const number = ++this.timers;
    const isOnce = everyMs === undefined;
    (this.callbacks ??= new Map()).set(number, isOnce ? (elapsedMs: number) => (this.callbacks!.delete(number), callback(elapsedMs)) : callback);
    this.say('timer', [number, dueMs, everyMs]);
    return () => {
      if (this.callbacks!.delete(number)) this.say('cancelTimer', [number]);
    };
  }

  /** The silo says that a timer is due; one that was cancelled meanwhile does nothing. */
  fire(number: number, elapsedMs: number): unknown {
    return this.callbacks?.get(number)?.(elapsedMs);
  }

  private say(verb: string, args: readonly unknown[]): void {
    this.share.line.say(this.instance, verb, args);
  }
}

type Send = (level: 'trace' | 'debug' | 'info' | 'warn' | 'error', fields: object | undefined, message: string | undefined) => void;

/** Fields that cannot travel are shown as text. */
function threadLogger(send: Send, codec: Codec, bindings: Readonly<Record<string, unknown>>): Logger {
  const has = Object.keys(bindings).length > 0;
  const log = (level: Parameters<Send>[0]) => (first: string | object, second?: string): void => {
    const fields = typeof first === 'string' ? undefined : first;
    const message = typeof first === 'string' ? first : second;
    const all = fields || has ? { ...bindings, ...(fields instanceof Error ? { err: fields } : fields) } : undefined;
    send(level, all && carried(all, codec), message);
  };
  return {
    trace: log('trace'), debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error'),
    child: (more) => threadLogger(send, codec, { ...bindings, ...more }),
  };
}

function carried(fields: Readonly<Record<string, unknown>>, codec: Codec): object {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => {
    try {
      return [name, codec.copy(value, name)];
    } catch {
      return [name, inspect(value, { depth: 2 })];
    }
  }));
}
