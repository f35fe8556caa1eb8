export type * from './client-link.js';
export type * from './clock.js';
export type * from './component-host.js';
export type * from './frame-network.js';
export type * from './logger.js';
export type * from './membership.js';
export type * from './placement.js';
export type * from './state-store.js';
