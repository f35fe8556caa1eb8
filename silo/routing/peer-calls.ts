import type { ActorId } from '../../protocol/actor-id.js';
import type { Envelope } from '../../protocol/envelope.js';
import { SiloUnavailableError } from '../../protocol/errors/index.js';
import type { Peer } from '../../protocol/ports/index.js';
import { Moved } from '../links/moved.js';
import type { ChainTable } from './chain-table.js';

type Mutable<T, K extends keyof T> = Omit<T, K> & { -readonly [Key in K]: T[Key] };

/** A call that nobody answers is sent on at most so often. */
const MAX_HOPS = 3;

export interface PeerCallsParts {
  readonly chains: ChainTable;
  /** Queues the call here, whoever has the actor; throws or rejects with `Moved` when it surely did not run. */
  deliver(envelope: Envelope): Promise<unknown>;
  /** Takes it to where the actor is. */
  sendOn(envelope: Envelope): Promise<unknown>;
  /** Tells a silo that the actor is not here. */
  tellMoved(id: ActorId, to: Peer): void;
}

/** What other silos' calls meet here. */
export class PeerCalls {
  constructor(private readonly parts: PeerCallsParts) {}

  /** `envelope.chain` is known by its ids; the call gets the chain that they mean here. Rejects with `Moved` when it surely did not run. */
  async invoke(envelope: Mutable<Envelope, 'chain'>, from: Peer): Promise<unknown> {
    const { chain: named } = envelope;
    if (envelope.kind === 'oneWay') return this.deliverOrSendOn(envelope, from);
    if (!named) return this.deliverOrRefuse(envelope);
    const { chains } = this.parts;
    const chain = chains.enter(named.lineage ?? [named.id]);
    envelope.chain = chain;
    try {
      return await this.deliverOrRefuse(envelope);
    } finally {
      chains.letGo(chain);
    }
  }

  /** Its sender waits for no answer: the call goes on from here, and the sender hears where the next ones belong. */
  private async deliverOrSendOn(envelope: Envelope, from: Peer): Promise<unknown> {
    try {
      return await this.deliverOrRefuse(envelope);
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
      this.parts.tellMoved(envelope.target, from);
      if (envelope.hops > MAX_HOPS) throw error;
      return this.parts.sendOn(envelope);
    }
  }

  private deliverOrRefuse(envelope: Envelope): Promise<unknown> {
    try {
      return this.parts.deliver(envelope);
    } catch (error) {
      throw error instanceof SiloUnavailableError ? new Moved(undefined) : error;
    }
  }
}
