import type { ActorId } from '../../protocol/actor-id.js';
import type { Envelope } from '../../protocol/envelope.js';
import { SiloUnavailableError } from '../../protocol/errors/index.js';
import type { Peer } from '../../protocol/ports/index.js';
import { Moved } from '../links/moved.js';
import { promised, type Answer, type AnswerListener } from '../turns/answer.js';
import type { CallChain } from '../turns/call-chain.js';
import type { ChainTable } from './chain-table.js';

type Mutable<T, K extends keyof T> = Omit<T, K> & { -readonly [Key in K]: T[Key] };

/** A call that nobody answers is sent on at most so often. */
const MAX_HOPS = 3;

export interface PeerCallsParts {
  readonly chains: ChainTable;
  /** Queues the call here, whoever has the actor; throws or fails with `Moved` when it surely did not run. */
  deliver(envelope: Envelope): Answer | Promise<unknown>;
  /** Takes it to where the actor is. */
  sendOn(envelope: Envelope): Promise<unknown>;
  /** Tells a silo that the actor is not here. */
  tellMoved(id: ActorId, to: Peer): void;
}

/** What other silos' calls meet here. */
export class PeerCalls {
  constructor(private readonly parts: PeerCallsParts) {}

  /** `envelope.chain` is known by its ids; the call gets the chain that they mean here. Throws, or fails with, `Moved` when it surely did not run. */
  invoke(envelope: Mutable<Envelope, 'chain'>, from: Peer): Answer | Promise<unknown> {
    const { chain: named } = envelope;
    if (envelope.kind === 'oneWay') return this.deliverOrSendOn(envelope, from);
    if (!named) return this.deliverOrRefuse(envelope);
    const { chains } = this.parts;
    const chain = chains.enter(named.lineage ?? [named.id]);
    envelope.chain = chain;
    let answer: Answer | Promise<unknown>;
    try {
      answer = this.deliverOrRefuse(envelope);
    } catch (error) {
      chains.letGo(chain);
      throw error;
    }
    return answer instanceof Promise ? answer.finally(() => chains.letGo(chain)) : new ChainedAnswer(answer, chains, chain);
  }

  /** Its sender waits for no answer: the call goes on from here, and the sender hears where the next ones belong. */
  private async deliverOrSendOn(envelope: Envelope, from: Peer): Promise<unknown> {
    try {
      return await promised(this.deliverOrRefuse(envelope));
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
      this.parts.tellMoved(envelope.target, from);
      if (envelope.hops > MAX_HOPS) throw error;
      return this.parts.sendOn(envelope);
    }
  }

  private deliverOrRefuse(envelope: Envelope): Answer | Promise<unknown> {
    try {
      return this.parts.deliver(envelope);
    } catch (error) {
      throw error instanceof SiloUnavailableError ? new Moved(undefined) : error;
    }
  }
}

/** Lets its chain go when the call has ended, before anybody hears of it. */
class ChainedAnswer implements Answer, AnswerListener {
  private listener: AnswerListener | undefined;

  constructor(private readonly answer: Answer, private readonly chains: ChainTable, private readonly chain: CallChain) {}

  get promise(): Promise<unknown> {
    return this.answer.promise.finally(() => this.chains.letGo(this.chain));
  }

  tell(listener: AnswerListener): void {
    this.listener = listener;
    this.answer.tell(this);
  }

  succeeded(envelope: Envelope, value: unknown): void {
    this.chains.letGo(this.chain);
    this.listener!.succeeded(envelope, value);
  }

  failed(envelope: Envelope, error: unknown): void {
    this.chains.letGo(this.chain);
    this.listener!.failed(envelope, error);
  }
}
