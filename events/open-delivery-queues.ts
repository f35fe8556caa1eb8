import type { DeliveryQueues } from '../protocol/ports/delivery-queue.js';
import type { BullLinkOptions } from './bull/bull-link.js';

/** Queues in Redis. BullMQ is loaded here and not before: embedded silos and threads never do. Throws `ConfigurationError` when Redis cannot be reached. */
export async function openDeliveryQueues(options: BullLinkOptions): Promise<DeliveryQueues> {
  const { BullDeliveryQueues } = await import('./bull/bull-delivery-queues.js');
  return BullDeliveryQueues.open(options);
}
