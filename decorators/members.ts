// What member decorators wrote on one prototype, before inheritance is resolved. Owns: one record per prototype, kept as its metadata.
//   D1. A record holds only members that its own class decorates; `resolution.ts` walks the prototypes.
//   D2. Member decorators run before the class decorator, so a record is complete when the class decorator reads it.
import 'reflect-metadata';
import type { DeliveryMetadata, HandlerMetadata, PublicAccess, StateFieldMetadata, TimerMetadata } from './metadata.js';

export interface OwnMembers {
  readonly public: Map<string, PublicAccess>;
  readonly readOnly: Map<string, { readonly strict: boolean }>;
  readonly interleave: Set<string>;
  readonly state: Map<string, StateFieldMetadata>;
  readonly timers: Map<string, TimerMetadata>;
  readonly delivery: Map<string, DeliveryMetadata>;
  /** In source order per method. */
  readonly handlers: Map<string, HandlerMetadata[]>;
  /** Names of reminders by method. */
  readonly reminders: Map<string, string[]>;
}

const MEMBERS = 'troupe:members';

/** The record of this prototype, to write to; made on first use. */
export function declareMembers(prototype: object): OwnMembers {
  const present = ownMembers(prototype);
  if (present) return present;
  const members: OwnMembers = {
    public: new Map(), readOnly: new Map(), interleave: new Set(), state: new Map(), timers: new Map(), delivery: new Map(), handlers: new Map(), reminders: new Map(),
  };
  Reflect.defineMetadata(MEMBERS, members, prototype);
  return members;
}

/** The record of this prototype itself, not of what it inherits from. */
export function ownMembers(prototype: object): OwnMembers | undefined {
  return Reflect.getOwnMetadata(MEMBERS, prototype) as OwnMembers | undefined;
}
