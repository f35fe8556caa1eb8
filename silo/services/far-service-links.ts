import type { Envelope } from '../../protocol/envelope.js';
import type { Incarnation, Member } from '../../protocol/ports/index.js';
import type { PeerLinks } from '../routing/cluster-router.js';
import type { ChainTable } from '../routing/chain-table.js';
import { CallChain } from '../turns/call-chain.js';
import type { ServiceLinks } from './service-line.js';

/** Control messages: a permit is asked for, with the service's name; a permit is offered, with the name; who has the permits? */
export const ASK = 'service-ask';
export const OFFER = 'service-offer';
export const PERMITS = 'service-permits';
export const ASK_LIMIT_MS = 5000;

export interface FarServiceParts {
  readonly links: PeerLinks;
  readonly chains: ChainTable;
  onRefused(incarnation: Incarnation): void;
}

/** The way of one service's calls to other silos. */
export class FarServiceLinks implements ServiceLinks {
  constructor(private readonly name: string, private readonly parts: () => FarServiceParts) {}

  async send(to: Member, envelope: Envelope): Promise<unknown> {
    const { links, chains } = this.parts();
    const { chain } = envelope;
    // Of a one-way call nobody would hear that it did not run: it goes as one with an answer.
    if (envelope.kind !== 'call') return links.invoke(to, asCall(envelope));
    if (!(chain instanceof CallChain)) return links.invoke(to, envelope);
    chains.goOut(chain);
    try {
      return await links.invoke(to, envelope);
    } finally {
      chains.comeBack(chain);
    }
  }

  async ask(silo: Member): Promise<boolean> {
    return (await this.parts().links.ask(silo, ASK, this.name, ASK_LIMIT_MS)) === true;
  }

  refused(incarnation: Incarnation): void {
    this.parts().onRefused(incarnation);
  }
}

function asCall({ target, method, args, from, identity, deadlineMs, timeoutMs, signal, baggage, hops }: Envelope): Envelope {
  return { kind: 'call', target, method, args, from, identity, deadlineMs, timeoutMs, signal, baggage, hops };
}
