// KeptTurns. Owns: steps of chains of tail calls that keep their turn on this actor (`keepTurn`), from the commit of the step before to their own.
//   KT1. Such a step commits with the state of the one before it, in the actor's own outbox. Its effect and its removal from there are one commit: it
//        takes effect once, whatever crashes between.
//   KT2. From that commit on nobody new gets in anywhere on the actor until the step commits or is given up, also while it waits to be tried again:
//        mailboxes admit its chain, and those that were inside.
//   KT3. A new activation finds it before its mailboxes open, and runs it before all else.
//   KT4. An activation that ends leaves it to the next one. A destroyed actor takes it along: only what the row's `hold` names is of this life of the
//        actor, and that changes with the commits that bring and take such steps.
//   KT5. However long a chain is, no step of it is kept, nor waited for, when the next one runs.
import type { Message } from '../../protocol/delivery.js';
import type { Identity } from '../../protocol/identity.js';
import type { Baggage } from '../../protocol/envelope.js';
import { DEFAULT_DELIVERY, type DeliveryMetadata } from '../../decorators/index.js';
import { CancelledError, UnknownComponentError, UnknownMethodError } from '../../protocol/errors/index.js';
import { printEntityId, type EntityId } from '../../protocol/actor-id.js';
import { runOutsideTurns } from '../../sdk/context/turn-scope.js';
import { inLog, letterOf } from '../messages/dead-letters.js';
import { endsChain } from '../messages/ends-chain.js';
import { SentDraft } from '../messages/sent-draft.js';
import { degradedUntil } from '../degraded-until.js';
import { Pauses } from '../pauses.js';
import { chainOf, type CallChain } from '../turns/call-chain.js';
import { PendingCall } from '../turns/pending-call.js';
import { SYSTEM_TURN } from '../turns/turn-mode.js';
import type { Activation } from './activation.js';
import type { Entity } from './entity.js';
import type { OutboxDraft } from './unit-of-work.js';

const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 60_000;

/** Which component (or the actor), and an encoded `Message`. */
interface Step {
  readonly component: string | undefined;
  readonly payload: Uint8Array;
}

/** What its outbox entry holds. */
interface Stored {
  readonly kept: Step;
}

export interface KeptDraft extends OutboxDraft {
  readonly step: Step;
}

/** A step that waits, runs, or waits to be tried again. */
interface Kept extends Step {
  readonly sequence: number;
  readonly message: Extract<Message, { kind: 'tell' }>;
  attempts: number;
}

export class KeptTurns {
  private readonly queue: Kept[] = [];
  private running: Kept | undefined;
  /** Numbers of those that are committed. */
  private held: ReadonlySet<number> = new Set();
  private isStopped = false;
  private readonly pauses: Pauses;
  private readonly waiters: (() => void)[] = [];

  constructor(private readonly activation: Activation) {
    this.pauses = new Pauses(activation.services.clock);
  }

  get isBusy(): boolean {
    return this.running !== undefined || this.queue.length > 0;
  }

  /** Resolves when none is left, or this is stopped. Call it while there are some. */
  handled(): Promise<void> {
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  stop(): void {
    this.isStopped = true;
    if (this.activation.isDestroyed) this.takeAlong();
    this.queue.length = 0;
    this.running = undefined;
    this.pauses.end();
    this.tellHandled();
  }

  draft(component: string | undefined, payload: Uint8Array): KeptDraft {
    const step = { component, payload };
    return { sequence: 0, payload: this.activation.services.codec.encode({ kept: step } satisfies Stored, 'message'), step };
  }

  /** KT4. What the row is to say after a commit that brings and takes these; `undefined`: what it says. */
  holdAfter(brought: readonly OutboxDraft[], taken: readonly number[]): string | null | undefined {
    const steps = brought.filter((draft) => 'step' in draft);
    if (steps.length === 0 && !taken.some((sequence) => this.held.has(sequence))) return undefined;
    const held = new Set([...this.held, ...steps.map(({ sequence }) => sequence)]);
    for (const sequence of taken) held.delete(sequence);
    return held.size === 0 ? null : [...held].join();
  }

  /** The row says so. A commit that is refused for a duplicate says nothing: what it was of is committed anew, in parts. */
  committed(hold: string | null): void {
    this.held = new Set(numbersOf(hold));
  }

  /** KT1, KT2. Committed by the unit of `chain`, whose mailboxes are sealed yet. */
  begin({ sequence, step }: KeptDraft, chain: CallChain): void {
    if (this.isStopped) return;
    const next = this.keptOf(step, sequence);
    if (this.activation.reservedFor !== chain) this.queue.push(next);
    else {
      // The turn passes from one step of a chain to the next (KT5).
      this.running = undefined;
      this.queue.unshift(next);
    }
    this.startNext();
  }

  /** KT3. What an earlier activation left. Throws when it cannot be read. */
  restore(sequence: number, { kept }: Stored): void {
    const left = this.keptOf(kept, sequence);
    if (this.held.has(sequence)) this.queue.push(left);
    else this.drop(left);
  }

  /** Runs the first one, unless one runs; when there is none, everybody may get in. An activation that ends begins nothing (KT4). */
  startNext(): void {
    if (this.running || this.isStopped) return;
    const next = this.queue[0];
    if (!next) return this.release();
    if (this.activation.status !== 'active') return;
    this.queue.shift();
    runOutsideTurns(() => void this.run(next));
  }

  private takeAlong(): void {
    for (const kept of [...(this.running ? [this.running] : []), ...this.queue]) this.drop(kept);
  }

  /** KT4. Whoever waits is told, as far as that is possible. */
  private drop({ sequence, message }: Kept): void {
    const { id, services: { messages }, name } = this.activation;
    messages.settling.settle(id, sequence, 0, 1);
    if (message.reply) messages.replies.refuse(message.reply, new CancelledError(`${name}.${message.method}: the actor was destroyed before this step of a chain; it did not run`));
  }

  private release(): void {
    const { activation } = this;
    activation.reservedFor = undefined;
    this.tellHandled();
    for (const { mailbox } of activation.residents) mailbox.startNext();
  }

  private keptOf(step: Step, sequence: number): Kept {
    return { ...step, sequence, message: this.decode(step), attempts: 0 };
  }

  private decode({ payload }: Step): Kept['message'] {
    return this.activation.services.codec.decode(payload) as Kept['message'];
  }

  private async run(running: Kept): Promise<void> {
    this.running = running;
    while (!(await this.tryOnce(running)));
    if (this.running !== running) return;
    this.running = undefined;
    this.startNext();
  }

  /** True when it is over, here or at all. */
  private async tryOnce(running: Kept): Promise<boolean> {
    const { activation } = this;
    try {
      await this.attempt(running);
      return true;
    } catch (error) {
      if (this.running !== running || activation.status !== 'active' || activation.isLost) return true;
      const { attempts, backoffMs } = this.retryOf(running);
      const until = degradedUntil(error);
      if (until === undefined) running.attempts++;
      const isFinal = running.message.reply !== undefined && endsChain(error);
      if (isFinal || running.attempts >= attempts) return this.giveUp(running, error, isFinal);
      const pauseMs = until === undefined ? backoffMs * 2 ** (running.attempts - 1) * (0.5 + activation.services.random()) : until - activation.services.clock.now();
      await this.pauses.pause(Math.min(LONGEST_PAUSE_MS, Math.max(until === undefined ? 0 : SHORTEST_PAUSE_MS, pauseMs)));
      return this.running !== running;
    }
  }

  private async attempt(running: Kept): Promise<void> {
    // KT2. A chain for each: what an attempt that failed has left behind is let in no more.
    // Arguments of its own, too.
    const { method, args, from, identity, baggage, reply } = this.decode(running);
    const chain = (this.activation.reservedFor = chainOf(reply));
    const entity = this.entityOf(running.component);
    if (!entity.metadata.methods.has(method)) throw new UnknownMethodError(`${printEntityId(entity.id)} has no callable method '${method}'`, { method });
    const call = new PendingCall(
      { kind: 'event', target: entity.id, method, args, from, identity: identity as Identity | undefined, baggage: baggage as Baggage | undefined, deadlineMs: Infinity, timeoutMs: Infinity, hops: 0 },
      chain,
      SYSTEM_TURN,
    );
    call.settles = running.sequence;
    call.reply = reply;
    this.activation.services.messages.replies.follows(call);
    entity.offer(call);
    await call.promise;
  }

  /** The reply, or a dead letter, or both, in the commit that removes it; and the hold ends. */
  private async giveUp({ sequence, component, payload, message, attempts }: Kept, error: unknown, isFinal: boolean): Promise<boolean> {
    const { id, services, commits, log } = this.activation;
    const drafts = [...services.messages.replies.failures(message.reply, error)];
    if (!isFinal) {
      const delivery = { sender: id, sequence, low: sequence, listener: this.addressOf(component), ordinal: 0, total: 1, payload };
      const letter = letterOf(delivery, attempts, error, services.clock.now(), services.codec);
      drafts.push(new SentDraft({ to: 'records', letter }, services.codec));
      services.statistics.deadLetters++;
      log.error({ err: error, ...inLog(letter) }, 'a step that kept its turn is given up: it is a dead letter now');
    }
    // Only a lost activation's commits fail: then the next one has it.
    await commits.bury({ settles: sequence }, drafts).catch(() => undefined);
    return true;
  }

  private retryOf({ component, message }: Kept): DeliveryMetadata {
    return this.activation.entity(component)?.metadata.methods.get(message.method)?.delivery ?? DEFAULT_DELIVERY;
  }

  private entityOf(component: string | undefined): Entity {
    const entity = this.activation.entity(component);
    if (entity && entity.extras?.fate !== 'gone') return entity;
    throw new UnknownComponentError(`${printEntityId(this.addressOf(component))}: the actor has no such component`, { component: component! });
  }

  private addressOf(component: string | undefined): EntityId {
    const { type, key } = this.activation.id;
    return component === undefined ? { type, key } : { type, key, component };
  }

  private tellHandled(): void {
    for (const resolve of this.waiters.splice(0)) resolve();
  }
}

/** It is what an outbox entry of a step that keeps its turn holds. */
export function isKept(decoded: unknown): decoded is Stored {
  return typeof decoded === 'object' && decoded !== null && 'kept' in decoded;
}

function numbersOf(hold: string | null | undefined): readonly number[] {
  return hold ? hold.split(',').map(Number) : [];
}
