/** A class that the framework constructs: with one argument, its context. Also a class without a constructor. */
export type EntityClass<T = object> = new (context: never) => T;

/** A class of events: any constructor, since emitters construct events themselves. */
export type EventClass<E = object> = new (...args: never[]) => E;
