// Telling: messages of this silo's code. In a turn they leave with its unit; outside they are the silo's own.
import { randomBytes } from 'node:crypto';
import { isService, printEntityId, type EntityId } from '../../protocol/actor-id.js';
import { MESSAGE_ROOT, type Codec } from '../../protocol/codec/index.js';
import type { Message } from '../../protocol/delivery.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import type { Clock } from '../../protocol/ports/index.js';
import type { CallOptions, EventOrigin } from '../../sdk/author/index.js';
import { nameOfEvent } from '../../sdk/context/event-name.js';
import { currentTurn, openTurn, type TurnInfo } from '../../sdk/context/turn-scope.js';
import { Turn } from '../turns/turn.js';
import { SentDraft } from './sent-draft.js';
import type { SiloSender } from './silo-sender.js';

const REFUSED: readonly (keyof CallOptions)[] = ['timeout', 'signal', 'idempotencyKey'];
let origins = 0;

export class Telling {
  constructor(private readonly siloId: string, private readonly sender: SiloSender, private readonly clock: Clock, private readonly codec: () => Codec) {}

  /** Resolves when it is buffered (in a turn) or stored. */
  tell(target: EntityId, method: string, args: readonly unknown[], options: CallOptions): Promise<void> | void {
    if (options.durable) throw new ConfigurationError(`${printEntityId(target)}.${method}: with 'durable' is for calls; a message that is told is stored and delivered until it is handled`);
    const refused = REFUSED.find((name) => options[name] !== undefined);
    if (refused !== undefined) throw new ConfigurationError(`${printEntityId(target)}.${method}: with '${refused}' is for calls; a message that is told has no result`);
    const turn = runningTurn(`${printEntityId(target)}.tell.${method}`);
    const { entity: from, identity, baggage } = turn ?? {};
    return this.leave(turn, target, { kind: 'tell', method, args, from, identity, baggage });
  }

  send(target: EntityId, event: object): Promise<void> | void {
    const turn = runningTurn(`${printEntityId(target)}.send`);
    return this.leave(turn, target, { kind: 'event', event: nameOfEvent(event), value: event, origin: this.originOf(turn?.entity) });
  }

  private leave(turn: TurnInfo | undefined, listener: EntityId, message: Message): Promise<void> | void {
    const codec = this.codec();
    const draft = new SentDraft({ to: 'one', listener, payload: codec.encode(message, MESSAGE_ROOT) }, codec);
    // A turn of a service has no unit: what it tells is stored at once.
    if (!(turn instanceof Turn) || isService(turn.entity)) return this.sender.send(draft);
    if (!turn.unit) throw new ConfigurationError(`${turn.method} is @ReadOnly: it cannot tell ${printEntityId(listener)} anything; drop @ReadOnly`);
    turn.unit.send(draft);
  }

  private originOf(entity: EntityId | undefined): EventOrigin {
    const at = this.clock.now();
    origins = Math.max(origins + 1, at * 1000);
    return { ...(entity ?? { type: 'silo', key: this.siloId }), id: randomBytes(12).toString('base64url'), seq: origins, at };
  }
}

function runningTurn(what: string): TurnInfo | undefined {
  const turn = currentTurn();
  if (turn && !turn.isOpen) openTurn(what);
  return turn;
}
