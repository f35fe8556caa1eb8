import type { Envelope } from '../../protocol/envelope.js';
import { SiloUnavailableError } from '../../protocol/errors/index.js';
import { Moved } from '../links/moved.js';
import type { ChainTable } from './chain-table.js';

type Mutable<T, K extends keyof T> = Omit<T, K> & { -readonly [Key in K]: T[Key] };

/** A call that nobody answers is sent on at most so often. */
const MAX_HOPS = 3;

/** What other silos' calls meet here. */
export class PeerCalls {
  constructor(
    private readonly chains: ChainTable,
    /** Queues the call here, whoever has the actor; throws when it surely did not run. */
    private readonly deliver: (envelope: Envelope) => Promise<unknown>,
    /** Takes it to where the actor is. */
    private readonly sendOn: (envelope: Envelope) => Promise<unknown>,
  ) {}

  /** `envelope.chain` is known by its ids; the call gets the chain that they mean here. Rejects with `Moved` when it surely did not run. */
  async invoke(envelope: Mutable<Envelope, 'chain'>): Promise<unknown> {
    const { chain: named } = envelope;
    if (envelope.kind === 'oneWay') return this.deliverOrSendOn(envelope);
    if (!named) return this.deliverOrRefuse(envelope);
    const chain = this.chains.enter(named.lineage ?? [named.id]);
    envelope.chain = chain;
    try {
      return await this.deliverOrRefuse(envelope);
    } finally {
      this.chains.letGo(chain);
    }
  }

  /** Its sender waits for nothing and cannot be told that the actor is elsewhere. */
  private async deliverOrSendOn(envelope: Envelope): Promise<unknown> {
    try {
      return await this.deliverOrRefuse(envelope);
    } catch (error) {
      if (!(error instanceof Moved) || envelope.hops > MAX_HOPS) throw error;
      return this.sendOn(envelope);
    }
  }

  private deliverOrRefuse(envelope: Envelope): Promise<unknown> {
    try {
      return this.deliver(envelope);
    } catch (error) {
      throw error instanceof SiloUnavailableError ? new Moved(undefined) : error;
    }
  }
}
