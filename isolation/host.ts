import type { ClassMetadata } from '../decorators/index.js';
import type { ComponentHost, EntitySpec, HostedEntity } from '../protocol/ports/component-host.js';
import type { EntityRuntime } from '../sdk/context/entity-runtime.js';
import type { TurnInfo } from '../sdk/context/turn-scope.js';

/** The port of `protocol/ports`, as everything above the context knows it. */
export type Host = ComponentHost<ClassMetadata, EntityRuntime, TurnInfo>;
export type HostSpec = EntitySpec<ClassMetadata, EntityRuntime>;
export type Hosted = HostedEntity<TurnInfo>;
