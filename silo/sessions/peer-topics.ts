import { ConfigurationError } from '../../protocol/errors/index.js';
import type { Peer } from '../../protocol/ports/frame-network.js';

export type TopicHandler = (body: unknown, from: Peer) => unknown;

/** What other silos may ask of this one beside calls, by topic: each noun answers its own. */
export class PeerTopics {
  private readonly handlers = new Map<string, TopicHandler>();

  on(topic: string, handler: TopicHandler): void {
    if (this.handlers.has(topic)) throw new ConfigurationError(`two answer the control message '${topic}'`);
    this.handlers.set(topic, handler);
  }

  /** Rejects with what the handler throws. */
  async handle(topic: string, body: unknown, from: Peer): Promise<unknown> {
    const handler = this.handlers.get(topic);
    if (!handler) throw new ConfigurationError(`unknown control message '${topic}'`);
    return handler(body, from);
  }
}
