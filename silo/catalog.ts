// Catalog. Owns: this silo's activations.
//   K1. At most one activation per actor that is not ended; concurrent first calls share it.
//   K2. A call that an ending activation cannot run waits for the end and goes to the next one.
import { printEntityId, type ActorId } from '../protocol/actor-id.js';
import { SiloUnavailableError } from '../protocol/errors/index.js';
import type { ActorMetadata } from '../decorators/index.js';
import type { DeactivationReason } from '../sdk/author/index.js';
import { runOutsideTurns } from '../sdk/context/turn-scope.js';
import { Activation } from './activation/activation.js';
import { activate, deactivate } from './activation/lifecycle.js';
import type { SiloServices } from './activation/silo-services.js';
import type { CallChain } from './turns/call-chain.js';

/** How many activations end at once while the silo stops. */
const STOP_WIDTH = 256;

export class Catalog {
  private readonly types = new Map<string, Map<string, Activation>>();
  private readonly endings = new Map<Activation, Promise<void>>();
  /** Work on actors that are not active here, by name; their activation begins after it. */
  private readonly dormantWork = new Map<string, Promise<unknown>>();
  private isStopping = false;

  constructor(private readonly services: SiloServices) {}

  get(id: ActorId): Activation | undefined {
    return this.types.get(id.type)?.get(id.key);
  }

  /** The actor's activation, begun if there is none: its mailboxes take calls at once. Throws `SiloUnavailableError` once the silo stops. */
  getOrActivate(metadata: ActorMetadata, id: ActorId, chain: CallChain): Activation {
    let keys = this.types.get(id.type);
    if (!keys) this.types.set(id.type, (keys = new Map<string, Activation>()));
    const present = keys.get(id.key);
    if (present) return present;
    if (this.isStopping) throw new SiloUnavailableError(`${printEntityId(id)}: this silo is stopping`);
    const activation = new Activation({ type: id.type, key: id.key }, metadata, this.services);
    keys.set(id.key, activation);
    this.services.statistics.activations++;
    const earlier = this.dormantWork.get(activation.name);
    void runOutsideTurns(() => activate(activation, chain, earlier)).catch((error: unknown) => activation.log.error({ err: error }, 'an activation began badly'));
    activation.touch();
    return activation;
  }

  /** Runs `work` on an actor while it is not active here; `undefined`, and `work` does not run, if it is or somebody else works on it. */
  whileDormant<T>(id: ActorId, work: () => Promise<T>): Promise<T> | undefined {
    const name = printEntityId(id);
    if (this.get(id) || this.dormantWork.has(name)) return undefined;
    const promise = work().finally(() => this.dormantWork.delete(name));
    this.dormantWork.set(name, promise);
    return promise;
  }

  /** Resolves when nobody works on the dormant actor any more. */
  async afterDormantWork(id: ActorId): Promise<void> {
    await this.dormantWork.get(printEntityId(id))?.catch(() => undefined);
  }

  /** Resolves when it has ended. `destroy` is heeded by an ending that runs already, unless it came too far: see `isDestroyed` then. */
  deactivate(activation: Activation, reason: DeactivationReason, destroy: boolean): Promise<void> {
    const ending = this.endings.get(activation);
    if (ending && destroy) activation.destroyAtEnd();
    if (ending) return ending;
    if (activation.status === 'ended') return Promise.resolve();
    const promise = deactivate(activation, reason, destroy).finally(() => this.endings.delete(activation));
    this.endings.set(activation, promise);
    return promise;
  }

  /** Takes it out, if it is the one that is in. */
  remove(activation: Activation): void {
    const keys = this.types.get(activation.id.type);
    if (keys?.get(activation.id.key) !== activation) return;
    keys.delete(activation.id.key);
    this.services.statistics.activations--;
  }

  all(): Activation[] {
    return [...this.types.values()].flatMap((keys) => [...keys.values()]);
  }

  get stopping(): boolean {
    return this.isStopping;
  }

  /** Ends every activation; nothing is activated any more. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const activations = this.all();
    while (activations.length > 0) {
      await Promise.all(activations.splice(-STOP_WIDTH).map((activation) => this.deactivate(activation, 'shutdown', false)));
    }
  }

  /** Drops every activation without saving or giving up anything (the silo was fenced). */
  abandon(reason: string): void {
    this.isStopping = true;
    for (const activation of this.all()) activation.lose(reason);
  }
}
