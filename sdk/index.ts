// `troupe`: what authors of actors and components import, also in bundles for the browser. Loads neither Redis, Socket.IO, BullMQ nor node built-ins.
export {
  Actor, ActorEvent, Component, Delivery, Every, Interleave, On, OnReminder, Public, ReadOnly, Serializable, Service, State,
  type ActorOptions, type ComponentOptions, type DeliveryOptions, type OnOptions, type PublicOptions, type ReadOnlyOptions, type ServiceOptions,
  type StateOptions,
} from '../decorators/index.js';
export * from '../protocol/errors/index.js';
export type { Baggage } from '../protocol/envelope.js';
export type { ActorId, EntityId } from '../protocol/actor-id.js';
export type { Duration } from '../protocol/duration.js';
export type { Identity } from '../protocol/identity.js';
export type { Logger } from '../protocol/ports/logger.js';
export type { SchemaIssue, SchemaResult, StandardSchema } from '../protocol/standard-schema.js';
export type * from './author/index.js';
