import type { Envelope } from '../../protocol/envelope.js';
import { SiloUnavailableError } from '../../protocol/errors/index.js';
import { Moved } from '../links/moved.js';
import { promised, type Answer, type AnswerListener } from '../turns/answer.js';
import type { CallChain } from '../turns/call-chain.js';
import type { ChainTable } from './chain-table.js';

type Mutable<T, K extends keyof T> = Omit<T, K> & { -readonly [Key in K]: T[Key] };

/** A call that nobody answers is sent on at most so often. */
const MAX_HOPS = 3;

/** What other silos' calls meet here. */
export class PeerCalls {
  constructor(
    private readonly chains: ChainTable,
    /** Queues the call here, whoever has the actor; throws when it surely did not run. */
    private readonly deliver: (envelope: Envelope) => Answer | Promise<unknown>,
    /** Takes it to where the actor is. */
    private readonly sendOn: (envelope: Envelope) => Promise<unknown>,
  ) {}

  /** `envelope.chain` is known by its ids; the call gets the chain that they mean here. Throws, or fails with, `Moved` when it surely did not run. */
  invoke(envelope: Mutable<Envelope, 'chain'>): Answer | Promise<unknown> {
    const { chain: named } = envelope;
    if (envelope.kind === 'oneWay') return this.deliverOrSendOn(envelope);
    if (!named) return this.deliverOrRefuse(envelope);
    const chain = this.chains.enter(named.lineage ?? [named.id]);
    envelope.chain = chain;
    let answer: Answer | Promise<unknown>;
    try {
      answer = this.deliverOrRefuse(envelope);
    } catch (error) {
      this.chains.letGo(chain);
      throw error;
    }
    return answer instanceof Promise ? answer.finally(() => this.chains.letGo(chain)) : new ChainedAnswer(answer, this.chains, chain);
  }

  /** Its sender waits for nothing and cannot be told that the actor is elsewhere. */
  private async deliverOrSendOn(envelope: Envelope): Promise<unknown> {
    try {
      return await promised(this.deliverOrRefuse(envelope));
    } catch (error) {
      if (!(error instanceof Moved) || envelope.hops > MAX_HOPS) throw error;
      return this.sendOn(envelope);
    }
  }

  private deliverOrRefuse(envelope: Envelope): Answer | Promise<unknown> {
    try {
      return this.deliver(envelope);
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
