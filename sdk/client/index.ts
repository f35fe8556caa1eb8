// The door `troupe/client`: for pages and for Node programs outside the cluster. Loads nothing of the server.
export { connect } from './connect.js';
export { Client } from './client.js';
export type { ConnectOptions } from './client-options.js';
export type { ClientCallOptions, ClientHandle, ClientState, ListenOptions, PresentClient } from './client-types.js';
export type { ResumeStore } from './resume-store.js';
export type { EventOrigin } from '../author/index.js';
export * from '../../protocol/errors/index.js';
