// SessionHost. Owns: which clients, of any silo's gateway, the activations of this silo have met. Their connections are their gateways'.
//   H1. A client is met once by an activation, however often it is presented to it.
//   H2. When an activation ends, the gateways of its clients are told until they have heard it, or are dead.
//   H3. Of a client whose gateway died the actor hears 'lost', once, wherever it is then. A goodbye that was said is not said again.
import type { ActorId } from '../../protocol/actor-id.js';
import { printEntityId } from '../../protocol/actor-id.js';
import type { Codec } from '../../protocol/codec/index.js';
import type { CloseReason } from '../../protocol/ports/client-link.js';
import type { Incarnation, Logger } from '../../protocol/ports/index.js';
import type { Activation } from '../activation/activation.js';
import type { SessionClient } from '../gateway/gateway-backend.js';
import { Guests, type Guest } from './guests.js';
import { remoteClient, type ClientAddress } from './remote-client.js';
import type { SessionDirectory } from './session-directory.js';
import { CONNECT, DISCONNECT, ENDED, PRESENCE, type Greeting } from './session-messages.js';
import type { SiloLine } from './silo-line.js';
import type { Visits } from './visits.js';

export interface SessionHostParts {
  readonly visits: Visits;
  readonly line: SiloLine;
  readonly directory: SessionDirectory;
  readonly log: Logger;
  readonly codec: () => Codec;
}

type Goodbye = readonly [clientId: string, since: number, gateway: Incarnation, reason: CloseReason, isSure: boolean];

/** Goodbyes that are remembered, against repetitions by a link that broke. */
const MAX_SAID = 10_000;

export class SessionHost {
  private readonly guests = new Map<Activation, Guests>();
  private readonly said = new Map<string, Promise<void>>();

  constructor(private readonly parts: SessionHostParts) {
    const { visits } = parts;
    visits.on(CONNECT, (activation, gateway, args, { identity }) => {
      const [id, since, presentation] = args as [string, number, number];
      return this.connect(activation, { id, since, identity: identity!, gateway }, presentation);
    });
    visits.on(DISCONNECT, (activation, _asker, args, { identity }) => {
      const goodbye = args as unknown as Goodbye;
      return this.disconnect(activation, goodbye, () => this.clientOf({ id: goodbye[0], since: goodbye[1], gateway: goodbye[2], identity: identity! }));
    });
  }

  /** H2. `isGatewayOpen`: that of this silo, whose clients the next activation meets. */
  activationEnded(activation: Activation, isGatewayOpen: boolean): void {
    const guests = this.guests.get(activation);
    this.guests.delete(activation);
    if (!guests) return;
    for (const [gateway, those] of guests.byGateway()) {
      if (gateway !== this.parts.line.self) void this.handBack(activation.id, gateway, those);
      else if (isGatewayOpen) this.parts.directory.presentAgain(those.filter(({ isGreeted }) => isGreeted).map(presentedOf), gateway);
    }
  }

  /** H3. */
  siloDied(incarnation: Incarnation): void {
    for (const [activation, guests] of this.guests) {
      for (const guest of guests.of(incarnation)) void this.sayLost(activation.id, guest);
    }
  }

  private async connect(activation: Activation, address: ClientAddress, presentation: number): Promise<Greeting> {
    let guests = this.guests.get(activation);
    if (!guests) this.guests.set(activation, (guests = new Guests()));
    let guest = guests.get(address.id);
    if (guest) guest.presentation = presentation; // H1.
    else guests.add((guest = this.greet(activation, address, presentation)));
    try {
      await guest.greeting;
    } catch (error) {
      // An activation that ended has been left already, with its guests.
      if (this.guests.get(activation) === guests) this.leave(activation, guests, guest);
      throw error;
    }
    if (!guest.isGreeted) {
      guest.isGreeted = true;
      this.tellPresence(activation, guests, address.gateway);
    }
    // Its end may have been noticed before the greeting came.
    if (this.parts.line.isDead(address.gateway)) void this.sayLost(activation.id, guest);
    return { at: this.parts.line.self, others: guests.others(address.gateway) };
  }

  private greet(activation: Activation, address: ClientAddress, presentation: number): Guest {
    const client = this.clientOf(address);
    return { client, gateway: address.gateway, presentation, isGreeted: false, greeting: activation.sessions.connect(client) };
  }

  private async disconnect(activation: Activation, [clientId, , gateway, reason, isSure]: Goodbye, clientOf: () => SessionClient): Promise<void> {
    const said = this.said.get(clientId);
    if (said) return said;
    const guests = this.guests.get(activation);
    const guest = guests?.get(clientId);
    if (guests && guest) this.leave(activation, guests, guest);
    else if (!isSure) return;
    const saying = activation.sessions.disconnect(guest?.client ?? clientOf(), reason);
    // From this silo's own gateway it comes once.
    if (gateway !== this.parts.line.self) this.remember(clientId, saying);
    try {
      await saying;
    } catch (error) {
      this.said.delete(clientId);
      throw error;
    }
    if (guests && this.guests.get(activation) === guests) this.tellPresence(activation, guests, gateway);
  }

  private leave(activation: Activation, guests: Guests, guest: Guest): void {
    guests.remove(guest);
    if (guests.isEmpty) this.guests.delete(activation);
  }

  private remember(clientId: string, saying: Promise<void>): void {
    this.said.set(clientId, saying);
    if (this.said.size > MAX_SAID) this.said.delete(this.said.keys().next().value!);
  }

  private clientOf(address: ClientAddress): SessionClient {
    const { line, directory, log, codec } = this.parts;
    const here = address.gateway === line.self ? directory.clientHere(address.id) : undefined;
    return here ?? remoteClient(address, line, codec(), log);
  }

  private async handBack(id: ActorId, gateway: Incarnation, those: readonly Guest[]): Promise<void> {
    // Those who were not greeted yet are presented to the next one by who waits for it, unless nobody does any more.
    const greeted = those.filter(({ isGreeted }) => isGreeted).map(presentedOf);
    const { line } = this.parts;
    if (line.isUp(gateway) && (greeted.length === 0 || (await line.askUntilHeard(gateway, ENDED, greeted)))) return;
    if (line.isDead(gateway)) for (const guest of those) void this.sayLost(id, guest);
  }

  private async sayLost(id: ActorId, { client, gateway }: Guest): Promise<void> {
    const { visits, log } = this.parts;
    const goodbye: Goodbye = [client.id, client.since, gateway, 'lost', true];
    try {
      await visits.call(id, DISCONNECT, goodbye, { identity: client.identity });
    } catch (error) {
      log.warn({ err: error, actor: printEntityId(id) }, 'onDisconnect failed');
    }
  }

  /** Gateways see their own clients; of the others they are told. */
  private tellPresence(activation: Activation, guests: Guests, changed: Incarnation): void {
    const { line, directory } = this.parts;
    for (const gateway of guests.gateways()) {
      if (gateway === changed) continue;
      const others = guests.others(gateway);
      if (gateway === line.self) directory.setOthers(activation.id, others);
      // One that misses it hears it with the next change.
      else line.ask(gateway, PRESENCE, [activation.id, others]).catch(() => undefined);
    }
  }
}

function presentedOf({ client, presentation }: Guest): readonly [string, number] {
  return [client.id, presentation];
}
