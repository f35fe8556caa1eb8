// Catalog. Owns: this silo's activations.
//   K1. At most one activation per actor that is not ended; concurrent first calls share it.
//   K2. A call that an ending activation cannot run waits for the end and goes to the next one.
import type { ActorId } from '../protocol/actor-id.js';
import type { ActorMetadata } from '../decorators/index.js';
import type { DeactivationReason } from '../sdk/author/index.js';
import { Activation } from './activation/activation.js';
import { activate, deactivate } from './activation/lifecycle.js';
import type { SiloServices } from './activation/silo-services.js';
import type { CallChain } from './turns/call-chain.js';

/** How many activations end at once while the silo stops. */
const STOP_WIDTH = 256;

export class Catalog {
  private readonly types = new Map<string, Map<string, Activation>>();
  private readonly endings = new Map<Activation, Promise<void>>();
  private isStopping = false;

  constructor(private readonly services: SiloServices) {}

  get(id: ActorId): Activation | undefined {
    return this.types.get(id.type)?.get(id.key);
  }

  /** The actor's activation, begun if there is none: its mailboxes take calls at once. */
  getOrActivate(metadata: ActorMetadata, id: ActorId, chain: CallChain): Activation {
    let keys = this.types.get(id.type);
    if (!keys) this.types.set(id.type, (keys = new Map<string, Activation>()));
    const present = keys.get(id.key);
    if (present) return present;
    const activation = new Activation({ type: id.type, key: id.key }, metadata, this.services);
    keys.set(id.key, activation);
    this.services.statistics.activations++;
    void activate(activation, chain).catch((error: unknown) => activation.log.error({ err: error }, 'an activation began badly'));
    activation.touch();
    return activation;
  }

  deactivate(activation: Activation, reason: DeactivationReason, destroy: boolean): Promise<void> {
    const ending = this.endings.get(activation);
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
