// Access: what an outside client may reach. Names are looked up in frozen tables, never as properties; whatever is not found, or not
// public, is refused here, before user code.
import type { ClassMetadata, EventMetadata, MethodMetadata, PublicAccess } from '../../decorators/index.js';
import { checkKey, isWireName, printEntityId, type EntityId } from '../../protocol/actor-id.js';
import {
  ForbiddenError, InvalidArgumentError, NotPublicError, UnknownActorTypeError, UnknownComponentError, UnknownMethodError,
} from '../../protocol/errors/index.js';
import type { Identity } from '../../protocol/identity.js';
import type { Logger } from '../../protocol/ports/logger.js';
import type { AccessRequest, Authorize } from '../silo-options.js';
import type { GatewayBackend } from './gateway-backend.js';
import { validateArguments } from './arguments.js';

/** The parts of the gateway's options that decide who may do what. */
export interface AccessRules {
  readonly session: string | undefined;
  readonly authorize: Authorize | undefined;
}

/** Decides what an identity may reach; nothing here runs code of an actor. */
export class Access {
  constructor(private readonly backend: GatewayBackend, private readonly rules: AccessRules, private readonly log: Logger) {}

  /** The method behind a client's call. Throws the error that the client gets. */
  method(target: EntityId, name: string, identity: Identity): MethodMetadata {
    const member = this.classOf(target).methods.get(name);
    if (!member) throw new UnknownMethodError(`'${className(target)}' has no method ${quote(name)}`, { method: clip(name) });
    if (!member.public) throw new NotPublicError(`${className(target)}.${name} is not @Public`, { member: name });
    this.checkAudience(member.public, target, identity, name);
    return member;
  }

  /** The event class behind a client's subscription. */
  event(target: EntityId, name: string, identity: Identity): EventMetadata {
    this.classOf(target);
    const event = this.backend.eventType(name);
    if (!event) throw new UnknownMethodError(`there is no event ${quote(name)}`, { method: clip(name) });
    if (!event.public) throw new NotPublicError(`the event '${name}' is not @Public`, { member: name });
    // An event class belongs to no type: unless it says otherwise, whoever may connect may listen.
    if (event.public.for !== 'default') this.checkAudience(event.public, target, identity, name);
    return event;
  }

  /** The arguments that the method gets: counted, then through their schemas. */
  arguments(target: EntityId, member: MethodMetadata, args: unknown): Promise<unknown[]> | unknown[] {
    if (!Array.isArray(args)) throw new InvalidArgumentError('args: expected a list', { path: 'args' });
    // With schemas, they say which arguments may be left out.
    if (member.public?.args) return validateArguments(args, member.public.args);
    if (args.length < member.minArity || args.length > member.maxArity) {
      throw new InvalidArgumentError(`${className(target)}.${member.name}: expected ${argumentCount(member)} arguments, got ${args.length}`, { path: 'args' });
    }
    return args as unknown[];
  }

  /** Asks the user's `authorize`; `undefined` when there is none. */
  authorize(identity: Identity, request: AccessRequest): Promise<void> | undefined {
    return this.rules.authorize && this.ask(this.rules.authorize, identity, request);
  }

  private async ask(rule: Authorize, identity: Identity, request: AccessRequest): Promise<void> {
    let isAllowed: boolean;
    try {
      isAllowed = await rule(identity, request);
    } catch (error) {
      this.log.warn({ err: error, request: { ...request, args: undefined } }, 'gateway.authorize threw; the access is refused');
      isAllowed = false;
    }
    if (isAllowed !== true) throw forbidden(request, request.method ?? request.event ?? '');
  }

  private classOf(target: EntityId): ClassMetadata {
    const metadata = this.backend.actorType(target.type);
    if (!metadata) throw new UnknownActorTypeError(`no silo hosts the actor type ${quote(target.type)}`, { type: clip(target.type) });
    checkKey(target.key);
    if (target.component === undefined) return metadata;
    const component = isWireName(target.component) ? this.backend.componentType(metadata, target.component) : undefined;
    if (!component) throw new UnknownComponentError(`'${target.type}' has no component ${quote(target.component)}`, { component: clip(target.component) });
    return component;
  }

  private checkAudience(access: PublicAccess, target: EntityId, identity: Identity, member: string): void {
    const audience = access.for === 'default' ? (target.type === this.rules.session ? 'self' : 'any') : access.for;
    if (audience === 'any') return;
    const isAllowed = audience === 'self' ? identity.id === target.key : audience.some((role) => identity.roles?.includes(role));
    if (!isAllowed) throw forbidden(target, member);
  }
}

function forbidden(target: EntityId, member: string): ForbiddenError {
  return new ForbiddenError(`${printEntityId(target)}.${member}: this identity may not do that`);
}

/** `type`, or `type#Component`: no key, for what is so of every actor of the type. */
function className({ type, component }: EntityId): string {
  return component === undefined ? type : `${type}#${component}`;
}

function argumentCount({ minArity, maxArity }: MethodMetadata): string {
  if (maxArity === Infinity) return `at least ${minArity}`;
  return minArity === maxArity ? `${minArity}` : `${minArity} to ${maxArity}`;
}

/** Clients' own words in messages: bounded, and escaped as JSON. */
function quote(text: string): string {
  return JSON.stringify(clip(text));
}

function clip(text: string): string {
  return text.length > 64 ? `${text.slice(0, 64)}…` : text;
}
