// Tail calls: what a turn hands over, from the call of the method until the turn's end. The turn that returns it is over with it: whoever waits
// gets the result of what it handed over to.
import { describe, isRecord } from '../../decorators/options.js';
import { isService, printEntityId, sameActor, type EntityId } from '../../protocol/actor-id.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { partsOfHandle } from '../handle.js';
import type { TurnInfo } from './turn-scope.js';

/** What a method of `ctx.tailCall(handle)` returns: no promise, and of use to nobody but the silo. Arguments are copies already. */
export class TailCall {
  constructor(readonly target: EntityId, readonly method: string, readonly args: readonly unknown[], readonly keepTurn: boolean) {}

  get name(): string {
    return `ctx.tailCall(${printEntityId(this.target)}).${this.method}`;
  }
}

/** Where a tail call goes. */
export interface TailCallRoute {
  readonly target: EntityId;
  readonly keepTurn: boolean;
}

/** What `ctx.tailCall` of the entity was given. Throws `ConfigurationError` for what cannot be handed over to. */
export function checkTailCall(own: EntityId, handle: unknown, options: unknown): TailCallRoute {
  const parts = partsOfHandle(handle);
  if (!parts) throw new ConfigurationError(`ctx.tailCall: expected a handle, got ${describe(handle)}`);
  const { target } = parts;
  const [refused] = Object.keys(parts.options);
  const name = printEntityId(target);
  if (isService(target)) throw new ConfigurationError(`ctx.tailCall: ${name} is a service: it records nothing; call it`);
  if (refused !== undefined) throw new ConfigurationError(`ctx.tailCall: the handle of ${name} has '${refused}', which is for calls; what is handed over keeps the caller's deadline`);
  if (!isRecord(options)) throw new ConfigurationError(`ctx.tailCall: expected an options object, got ${describe(options)}`);
  const { keepTurn = false, ...others } = options;
  for (const option of Object.keys(others)) throw new ConfigurationError(`ctx.tailCall: unknown option '${option}'; known: keepTurn`);
  if (typeof keepTurn !== 'boolean') throw new ConfigurationError(`ctx.tailCall: keepTurn is true or false, got ${describe(keepTurn)}`);
  if (keepTurn && !sameActor(own, target)) {
    throw new ConfigurationError(`ctx.tailCall: ${name} is another actor than ${printEntityId({ type: own.type, key: own.key })}: a turn can be kept on the actor and its components alone; drop keepTurn`);
  }
  return { target, keepTurn };
}

/** What the turn that ends with `value` hands over, if it does. Throws `ConfigurationError` when it made a tail call and did not return it, or returned one that is not its own. */
export function handedOver(turn: Pick<TurnInfo, 'entity' | 'method' | 'tailCalls'>, value: unknown): TailCall | undefined {
  const made = turn.tailCalls;
  if (made === undefined && !(value instanceof TailCall)) return undefined;
  const where = `${printEntityId(turn.entity)}.${turn.method}`;
  const lost = made?.find((each) => each !== value);
  if (lost) throw new ConfigurationError(`${lost.name}: ${where} made this tail call and did not return it; write: return ctx.tailCall(…).${lost.method}(…)`);
  if (!made) throw new ConfigurationError(`${(value as TailCall).name}: ${where} returned a tail call of another turn; return it where it is made`);
  return made[0];
}
