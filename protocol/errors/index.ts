export { TroupeError, type ErrorData, type TroupeErrorOptions } from './troupe-error.js';
export * from './errors.js';
