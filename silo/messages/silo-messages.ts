// SiloMessages: what the senders and listeners of one silo share, and its part in bringing messages from the ones to the others.
import type { ActorId, EntityId } from '../../protocol/actor-id.js';
import type { Codec } from '../../protocol/codec/index.js';
import { encodeDeliveries } from '../../protocol/delivery.js';
import { UnknownActorTypeError } from '../../protocol/errors/index.js';
import type { Invoker } from '../../protocol/envelope.js';
import type { ActorDirectory } from '../../directory/actor-directory.js';
import { Partitions } from '../../events/partitions.js';
import type { MessageRecords } from '../../protocol/ports/message-records.js';
import { MemoryMessageRecords } from '../../state/memory-message-records.js';
import { PARTITIONS, partitionOf } from '../../protocol/partitions.js';
import { MemoryDeliveryQueues, MemoryQueues } from '../../events/memory-delivery-queues.js';
import type { Clock, ConsumeOptions, DeliveryConsumer, DeliveryQueues, Logger, Member, Membership, StateStore } from '../../protocol/ports/index.js';
import { SiloDeadLetters } from './dead-letters.js';
import { endsWithin } from '../ends-within.js';
import type { ChainTable } from '../routing/chain-table.js';
import { isMyShare, isMyShareOfAll } from '../routing/share.js';
import { Deliverer } from './deliverer.js';
import { DurableCalls } from './durable-calls.js';
import { DirtyActors } from './dirty-actors.js';
import { Legacies } from './legacies.js';
import { Outbound } from './outbound.js';
import { REMINDER_SENDER } from './sender-name.js';
import { Receipts } from './receipts.js';
import { Replies } from './replies.js';
import { Settling } from './settling.js';
import { SILO_SENDER, SiloSender, takeOverOutbox } from './silo-sender.js';
import type { StoredMessage } from './stored-message.js';
import { Telling } from './telling.js';
import type { BurialParts } from './unhosted.js';

/** Of a silo's ports. */
export interface SiloMessagesParts {
  readonly siloId: string;
  readonly membership: Membership;
  readonly store: StateStore;
  /** Default: in memory, this silo's alone. */
  readonly queues?: DeliveryQueues | undefined;
  /** Default: in memory. */
  readonly records?: MessageRecords | undefined;
  readonly random?: (() => number) | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** The silo's. */
  readonly statistics: BurialParts['statistics'];
  /** The silo's. */
  readonly chains: ChainTable;
  /** Of the types that this silo hosts. Default: none of them is. */
  readonly isReadOnly?: ((target: EntityId, method: string) => boolean) | undefined;
}

/** Of one partition. */
const BATCHES_AT_ONCE = 16;
/** A silo that stops gives each step so long. */
const LIMIT_MS = 5000;
/** And its durable calls so long for what they wait for. */
const GRACE_MS = 1000;

export class SiloMessages implements BurialParts {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly records: MessageRecords;
  readonly letters: SiloDeadLetters;
  readonly outbound: Outbound;
  readonly settling: Settling;
  readonly receipts: Receipts;
  readonly dirty: DirtyActors;
  /** Who waits for chains of tail calls. */
  readonly replies: Replies;
  readonly telling: Telling;
  readonly durable: DurableCalls;
  private readonly sender: SiloSender;
  private readonly deliverer: Deliverer;
  private readonly queues: DeliveryQueues;
  private readonly legacies: Legacies;
  private consumers: readonly DeliveryConsumer[] = [];
  private partitions: Partitions | undefined;

  constructor(private readonly parts: SiloMessagesParts, readonly directory: ActorDirectory, invoker: Invoker, readonly codec: () => Codec) {
    const { siloId, membership: { incarnation }, store, queues, records, clock, log } = parts;
    this.store = store;
    this.clock = clock;
    this.log = log;
    this.queues = queues ?? new MemoryDeliveryQueues(new MemoryQueues(), { clock, log });
    this.records = records ?? new MemoryMessageRecords(clock);
    this.outbound = new Outbound({ queues: this.queues, partitionOf: ({ listener }) => partitionOf(listener), codec, clock, log });
    this.letters = new SiloDeadLetters(this.records.deadLetters, this.outbound);
    this.settling = new Settling(store, clock, log);
    this.receipts = new Receipts(this.records.broadcasts, this.settling, clock, log);
    this.replies = new Replies({ siloId, membership: parts.membership, clock, log, codec, ends: this.records.chainEnds, chains: parts.chains });
    this.deliverer = new Deliverer(this, invoker, incarnation);
    this.dirty = new DirtyActors(store, incarnation, clock, log, (id) => this.remind(id));
    this.sender = new SiloSender(incarnation, this);
    this.legacies = new Legacies(this, (id) => this.takeOver(id));
    this.telling = new Telling(siloId, this.sender, clock, codec);
    const { membership, random = Math.random } = parts;
    this.durable = new DurableCalls({ sender: this.sender, membership, journal: this.records.journal, ends: this.records.chainEnds, clock, log, codec, random, isReadOnly: parts.isReadOnly });
  }

  /** Delivers what is in the queues: of all partitions, or its share among the silos of a cluster; and looks after what dead ones left. */
  async start(isShared = false): Promise<void> {
    const handler = { handle: (batches: readonly Uint8Array[]) => this.deliverer.handle(batches), atMost: BATCHES_AT_ONCE };
    const consume = (partition: number, options?: ConsumeOptions): DeliveryConsumer => this.queues.consume(partition, handler, options);
    if (!isShared) {
      this.consumers = Array.from({ length: PARTITIONS }, (_, partition) => consume(partition));
      return;
    }
    const { siloId, membership, clock, log } = this.parts;
    this.partitions = new Partitions({ siloId, membership, clock, log, directory: this.directory, consume });
    this.partitions.start();
    membership.onChange(({ dead }) => dead.forEach((member) => this.inherit(member)));
    for (const member of await membership.members()) if (member.status === 'dead') this.inherit(member);
  }

  get statistics(): BurialParts['statistics'] {
    return this.parts.statistics;
  }

  /** Adding one that waits changes nothing. */
  async later({ listener, id, due, payload }: Extract<StoredMessage, { to: 'later' }>): Promise<void> {
    const delivery = { sender: { type: REMINDER_SENDER, key: id }, sequence: 1, low: 1, listener, ordinal: 0, total: 1, payload };
    await this.queues.addDelayed(partitionOf(listener), id, encodeDeliveries([delivery]), due);
  }

  /** Delivers nothing more. Resolves when what it has is delivered, or others may do that. */
  async finish(): Promise<void> {
    this.deliverer.stop();
    // Turns that wait for what is not to be had keep no silo from stopping.
    this.clock.setTimer(() => this.durable.hurry(), GRACE_MS);
    await endsWithin(this.clock, Promise.all([this.partitions?.stop(), ...this.consumers.map((consumer) => consumer.stop())]), LIMIT_MS);
  }

  /** What was sent goes into the queues, and what was handled is settled, as far as the store answers; then this is over. */
  async end(): Promise<void> {
    this.durable.end();
    await endsWithin(this.clock, this.sender.relayed().then(() => this.receipts.reported()).then(() => this.replies.sent()).then(() => this.settling.settled()), LIMIT_MS);
    this.stop();
  }

  /** Its deliveries end at once, without an answer. */
  abandon(): void {
    this.stop();
    void this.queues.stop().catch(() => undefined);
  }

  stop(): void {
    this.deliverer.stop();
    this.dirty.stop();
    this.receipts.stop();
    this.replies.stop();
    this.legacies.stop();
    this.durable.stop();
    this.sender.stop();
    this.outbound.stop();
  }

  private inherit({ incarnation }: Pick<Member, 'incarnation'>): void {
    const { membership } = this.parts;
    this.legacies.inherit(incarnation, (id) => (id.type === SILO_SENDER ? isMyShareOfAll(membership, id) : isMyShare(membership, id)));
  }

  /** Rejects when it did not work. An actor whose type no silo hosts is looked after from here. */
  private async takeOver(id: ActorId): Promise<void> {
    if (id.type === SILO_SENDER) return takeOverOutbox(id, this.parts.membership.incarnation, this);
    try {
      await this.deliverer.remind(id);
    } catch (error) {
      if (!(error instanceof UnknownActorTypeError)) throw error;
      this.deliverer.watch(id);
    }
  }

  /** However much that is, others' messages are looked for meanwhile. */
  private relayOwn(): void {
    this.sender.relayAgain().catch((error: unknown) => this.log.warn({ err: error }, 'what this silo sent could not be looked through; it is looked for again'));
  }

  private async remind(id: ActorId): Promise<void> {
    // Of its own; what a dead silo sent has no other sender than who took it over.
    if (id.type === SILO_SENDER && id.key === this.parts.membership.incarnation) return this.relayOwn();
    if (id.type === SILO_SENDER) return this.takeOver(id);
    await this.deliverer.remind(id).catch((error: unknown) => this.log.debug({ err: error }, 'an actor with messages could not be reached'));
  }
}
