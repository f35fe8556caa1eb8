// A session actor that says what it meets, and where a test holds it.
import { Actor, ActorEvent, Public, State, type ActorContext, type ConnectedClient } from '../../sdk/index.js';
import { gate } from '../support/memory-silo.js';
import { LinkedCluster } from './linked-cluster.js';

type Gate = ReturnType<typeof gate>;

/** Of all hosts, since the last `reset`. */
export const scene = {
  log: [] as string[],
  /** `onConnect` waits for it. */
  hold: undefined as Gate | undefined,
  entered: gate(),
  /** `onDisconnect` waits for it. */
  holdBye: undefined as Gate | undefined,
  leaving: gate(),
  /** So many activations end themselves when they have met a client. */
  endsAtHello: 0,
  reset(): void {
    Object.assign(scene, { log: [], hold: undefined, entered: gate(), holdBye: undefined, leaving: gate(), endsAtHello: 0 });
  },
};

@ActorEvent('far-hello')
export class Hello {
  constructor(public readonly to: string, public readonly visits: number) {}
}

@Actor({ name: 'host', idleAfter: '5s' })
export class Host {
  @State() visits = 0;
  constructor(private readonly ctx: ActorContext<Host>) {}
  onActivate(): void {
    scene.log.push('awake');
  }
  async onConnect(client: ConnectedClient): Promise<void> {
    scene.log.push('hello');
    scene.entered.open();
    await scene.hold?.opened;
    client.send(new Hello(client.identity.id, ++this.visits));
    if (scene.endsAtHello-- > 0) await this.ctx.deactivate();
  }
  async onDisconnect(_client: ConnectedClient, reason: string): Promise<void> {
    scene.log.push(`bye ${reason}`);
    scene.leaving.open();
    await scene.holdBye?.opened;
  }
  who(): string[] {
    return this.ctx.clients.map(({ id }) => id).sort();
  }
  kickAll(): void {
    for (const client of this.ctx.clients) client.kick('as asked');
  }
  @Public() sendAll(): number {
    for (const client of this.ctx.clients) client.send(new Hello('all', 0));
    return this.ctx.clients.length;
  }
}

/** Silos whose gateways' clients belong to hosts. */
export function hostCluster(count: number): Promise<LinkedCluster> {
  return LinkedCluster.of(count, [Host], { session: 'host' });
}
