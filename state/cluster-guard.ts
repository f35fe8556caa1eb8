// What ioredis 6.0.0 leaves undone with a `Cluster`.
import type { RedisClient } from './redis-client.js';

type Callback = (error?: unknown) => void;
interface Refreshing {
  refreshSlotsCache?(callback?: Callback): void;
  disconnect(reconnect?: boolean): void;
}

/** Changes the client, which may be any; gives it back. */
export function guardCluster(client: RedisClient): RedisClient {
  guardAsking(client);
  endRefreshing(client);
  return client;
}

/** The promise of its ASKING is left to itself: when the connection breaks just then, the rejection would end the process. */
function guardAsking(cluster: RedisClient): void {
  cluster.on('+node', (node) => {
    const asked = node as { asking?(): Promise<unknown> };
    const asking = asked.asking?.bind(node);
    if (!asking) return;
    asked.asking = () => {
      const sent = asking();
      sent.catch(() => undefined); // What is sent behind it fails too, and is heard.
      return sent;
    };
  });
}

/** A look at the slots that is under way at the end would set the timer of the next one, and so on: the process could not exit. */
function endRefreshing(cluster: Refreshing): void {
  if (!cluster.refreshSlotsCache) return;
  let isOver = false;
  const refresh = cluster.refreshSlotsCache.bind(cluster);
  const disconnect = cluster.disconnect.bind(cluster);
  cluster.refreshSlotsCache = (callback) => {
    if (!isOver) refresh(callback && ((error) => void (isOver || callback(error))));
  };
  cluster.disconnect = (reconnect = false) => {
    isOver ||= !reconnect;
    disconnect(reconnect);
  };
}
