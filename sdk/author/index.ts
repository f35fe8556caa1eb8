export type { ActivationInfo, AddComponentOptions } from './activation-info.js';
export type { CallInfo, CallOptions } from './call-options.js';
export type {
  ActorContext, ActorQuery, BaseContext, ComponentContext, EntityContext, MethodsOf, ServiceContext, Tags, TailCallOptions,
} from './context.js';
export type { EntityClass, EventClass } from './entity-class.js';
export type {
  Broadcast, BroadcastResult, DurableEmitOptions, EmitOptions, EventOrigin, LiveEmitOptions, ReminderFiring, ReminderInfo, ReminderSpec,
  Timer, TimerOptions,
} from './events.js';
export type { AnyHandle, Handle, HandleFor, HandleVerbs, ManageHandle, OneWayMethods, RemoteMethods, TellMethods } from './handle.js';
export type {
  ConnectedClient, DeactivationReason, DisconnectReason, OnActivate, OnConnect, OnDeactivate, OnDehydrate, OnDisconnect, OnRehydrate,
} from './hooks.js';
export type * from './dead-letters.js';
