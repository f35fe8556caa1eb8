// HandOver: a tail call of one turn, ready to leave with the commit of the unit that the turn began.
//   HO1. The unit's state and the next step are one commit: if it fails, neither is there. It joins the outbox when the unit's last turn has
//        ended, so that no save point takes it along.
//   HO2. Only the outermost turn of a unit hands over: what a turn of the same unit waits for could not leave before that turn ends.
//   HO3. Who waits for the turn waits for the chain: its address goes from step to step, and no step but the last one replies.
import { MESSAGE_ROOT } from '../../protocol/codec/index.js';
import { printEntityId } from '../../protocol/actor-id.js';
import type { Message } from '../../protocol/delivery.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { TailCall } from '../../sdk/context/tail-call.js';
import { ChainAhead } from '../messages/chain-ahead.js';
import { SentDraft } from '../messages/sent-draft.js';
import type { PendingCall } from '../turns/pending-call.js';
import type { Turn } from '../turns/turn.js';
import type { Activation } from './activation.js';
import type { KeptDraft } from './kept-turns.js';
import type { UnitOfWork } from './unit-of-work.js';

export class HandOver extends TailCall {
  /** `isAwaited`: the call of the turn itself is what waits. `chain`: of a call that is recorded, what it began. */
  private constructor(route: TailCall, private readonly draft: SentDraft | KeptDraft, readonly isAwaited: boolean, readonly chain: string | undefined) {
    super(route.target, route.method, route.args, route.keepTurn);
  }

  /** Of a running turn of the actor; its arguments are copied here. Throws `ConfigurationError` where a turn cannot hand over. */
  static make(activation: Activation, turn: Turn, route: TailCall): HandOver {
    refuse(turn, route);
    const { pending, entity: from, identity, baggage } = turn;
    const { codec, messages } = activation.services;
    const reply = pending.reply ?? messages.replies.expect(pending);
    const message: Message = { kind: 'tell', method: route.method, args: route.args, from, identity, baggage, reply };
    const payload = codec.encode(message, MESSAGE_ROOT);
    const draft = route.keepTurn ? activation.messages.kept.draft(route.target.component, payload) : new SentDraft({ to: 'one', listener: route.target, payload }, codec);
    const isFirst = reply !== undefined && pending.reply === undefined;
    const made = new HandOver(route, draft, isFirst && pending.envelope.kind === 'call', isFirst && reply.isKept ? reply.id : undefined);
    (turn.tailCalls ??= []).push(made);
    return made;
  }

  /** HO1. */
  leaveWith(unit: UnitOfWork, activation: Activation): void {
    const { draft } = this;
    if (draft instanceof SentDraft) return unit.send(draft);
    (unit.outbox ??= []).push(draft);
    unit.defer(() => activation.messages.kept.begin(draft, unit.chain));
  }
}

/** HO3. Whoever waits for a turn that has handed over, now or when it was called before, waits for the reply of the last step. Messages do not. */
export function succeed({ services }: Activation, call: PendingCall, value: unknown): void {
  if (value instanceof ChainAhead && call.envelope.kind !== 'call') call.succeed(undefined);
  else if (value instanceof ChainAhead) services.messages.replies.follow(call, value);
  else if (!(value instanceof HandOver)) call.succeed(value);
  else if (!value.isAwaited) call.succeed(undefined);
}

/** HO1, HO3. The outermost turn of the unit has ended well, and so have all others: what leaves with its commit beside what they sent. */
export function concludeChain(activation: Activation, unit: UnitOfWork): void {
  const { call, value } = unit.outcome!;
  if (value instanceof HandOver) value.leaveWith(unit, activation);
  else if (call.reply) unit.send(activation.services.messages.replies.draft(call.reply, false, value));
}

function refuse({ pending, unit, entity, method }: Turn, { name }: TailCall): void {
  const no = (why: string): never => {
    throw new ConfigurationError(`${name}: ${printEntityId(entity)}.${method} ${why}`);
  };
  if (pending.envelope.kind === 'hook') no('is a hook: nobody waits for what it returns; tell in its place');
  if (pending !== unit!.outermost) no('runs inside the unit of a turn on the same actor that waits for it: what it hands over would leave only after that; return its result, and hand over there');
}