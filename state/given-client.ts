// What a client must be that a user's function made: its settings are his own, and some of them would break what Troupe promises.
import { ConfigurationError } from '../protocol/errors/index.js';
import { isRedisClient, type RedisClient } from './redis-client.js';

/** Of an ioredis `Redis`, and of the nodes of a `Cluster`. */
interface NodeSettings {
  readonly autoResendUnfulfilledCommands?: unknown;
  readonly maxRetriesPerRequest?: unknown;
  readonly stringNumbers?: unknown;
}

interface Settings extends NodeSettings {
  readonly retryStrategy?: unknown;
  readonly clusterRetryStrategy?: unknown;
  readonly scaleReads?: unknown;
  readonly redisOptions?: NodeSettings;
}

/** The client itself. Throws `ConfigurationError`, and disconnects it, when a setting of it breaks a promise; the message names the setting. */
export function checkGivenClient(client: unknown): RedisClient {
  if (!isRedisClient(client)) throw new ConfigurationError('redis: the given function must return a new ioredis Redis or Cluster at each call');
  const { options = {}, isCluster = false } = client as { readonly options?: Settings; readonly isCluster?: boolean };
  const problem = isCluster ? problemOfCluster(options) : (problemOfRetries('retryStrategy', options.retryStrategy) ?? problemOfNode(options));
  if (problem === undefined) return client;
  client.disconnect();
  throw new ConfigurationError(`redis: the ${isCluster ? 'Cluster' : 'Redis'} made by the given function ${problem}`);
}

function problemOfCluster({ scaleReads = 'master', clusterRetryStrategy, redisOptions = {} }: Settings): string | undefined {
  // A replica may be behind: what it says of an actor's holder is no proof.
  if (scaleReads !== 'master') return `reads from replicas (scaleReads: ${shown(scaleReads)}); expected 'master'`;
  return problemOfRetries('clusterRetryStrategy', clusterRetryStrategy) ?? problemOfNode(redisOptions);
}

/** After its first broken connection the client would be closed for good, and the silo with it. */
function problemOfRetries(name: string, strategy: unknown): string | undefined {
  return typeof strategy === 'function' ? undefined : `does not connect again (${name}: ${shown(strategy)}); expected a function`;
}

function problemOfNode({ autoResendUnfulfilledCommands: resends, maxRetriesPerRequest: retries, stringNumbers }: NodeSettings): string | undefined {
  // ioredis 6.0.0 forgets them: whoever waits for a commit would wait for ever, and never send it again.
  if (resends === false && retries !== 0) {
    return `forgets commands whose connection breaks (autoResendUnfulfilledCommands: false, maxRetriesPerRequest: ${shown(retries)}); expected to resend, or maxRetriesPerRequest: 0`;
  }
  // Whether an actor has events that wait is a number of a script's answer.
  return stringNumbers === true ? 'answers numbers as text (stringNumbers: true); expected numbers' : undefined;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return typeof value === 'function' || (typeof value === 'object' && value !== null) ? `a ${typeof value}` : String(value);
}
