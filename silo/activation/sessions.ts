// Sessions. Owns: the clients that are connected to one session actor. A connected client keeps the actor awake.
import type { CloseReason } from '../../protocol/ports/client-link.js';
import type { SessionClient } from '../gateway/gateway-backend.js';
import type { Activation } from './activation.js';
import { hasCrashed, hookCall } from './hooks.js';

export class Sessions {
  private readonly connected = new Map<string, SessionClient>();

  constructor(private readonly activation: Activation) {}

  list(): readonly SessionClient[] {
    return [...this.connected.values()];
  }

  /**
   * Adds the client and runs `onConnect` of the components and the actor; rejects with what the first of them threw, the client is out then.
   * A component that crashes or is degraded has refused nobody.
   */
  async connect(client: SessionClient): Promise<void> {
    if (!this.connected.has(client.id)) this.activation.pins++;
    this.connected.set(client.id, client);
    this.activation.setChanged();
    try {
      await this.runHooks('onConnect', [client]);
    } catch (error) {
      this.remove(client);
      throw error;
    }
  }

  /** Runs `onDisconnect`, also when this activation has not met the client: an earlier one has. */
  async disconnect(client: SessionClient, reason: CloseReason): Promise<void> {
    this.remove(client);
    await this.runHooks('onDisconnect', [client, reason]);
  }

  private remove(client: SessionClient): void {
    if (this.connected.get(client.id) !== client) return;
    this.connected.delete(client.id);
    this.activation.setChanged();
    this.activation.pins--;
  }

  private async runHooks(hook: 'onConnect' | 'onDisconnect', args: readonly unknown[]): Promise<void> {
    for (const entity of [...this.activation.componentsFor(undefined), this.activation.owner]) {
      const call = hookCall(entity, hook, args);
      if (!call) continue;
      entity.offer(call);
      // A component that is removed meanwhile has nothing to say.
      await call.promise.catch((error: unknown) => {
        if (entity.extras?.fate === 'gone') return;
        if (!hasCrashed(entity, error)) throw error;
        this.activation.log.error({ err: error, component: entity.id.component }, `${hook} did not end; the session goes on without it`);
      });
    }
  }
}
