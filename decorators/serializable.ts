// @Serializable and @ActorEvent: classes whose instances travel and are stored under a wire name.
import { registerSerializable } from '../protocol/serializable-registry.js';
import { className, classTarget, refuseBareUse } from './application.js';
import { defineClass, publicClassAccess, refusePublicClass, refuseSecondKind } from './class-metadata.js';
import type { Constructor, EventMetadata } from './metadata.js';
import { checkName } from './options.js';

/** Instances of the class round-trip as themselves, under this name; restoring runs no constructor. The name is for ever: it is in stored state. */
export function Serializable(name: string): (target: Constructor) => void {
  refuseBareUse('@Serializable', name);
  return (...applied: unknown[]): void => {
    const target = classTarget('@Serializable', applied);
    const wireName = checkName(`@Serializable on class ${className(target)}`, name);
    refuseSecondKind('Serializable', target);
    refusePublicClass('Serializable', target);
    registerSerializable(wireName, target);
    defineClass('Serializable', target, Object.freeze({ name: wireName, target }));
  };
}

/**
 * Instances of the class can be emitted, and round-trip as with `@Serializable(name)`. Closed to outside listeners unless `@Public()`
 * stands on the class too.
 */
export function ActorEvent(name: string): (target: Constructor) => void {
  refuseBareUse('@ActorEvent', name);
  return (...applied: unknown[]): void => {
    const target = classTarget('@ActorEvent', applied);
    const wireName = checkName(`@ActorEvent on class ${className(target)}`, name);
    refuseSecondKind('ActorEvent', target);
    registerSerializable(wireName, target);
    const metadata: EventMetadata = { name: wireName, target, public: publicClassAccess(target) };
    defineClass('ActorEvent', target, Object.freeze(metadata));
  };
}
