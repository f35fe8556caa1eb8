/** The slice of pino's interface that the runtime and `ctx.log` use. */
export interface Logger {
  trace(message: string): void;
  trace(fields: object, message?: string): void;
  debug(message: string): void;
  debug(fields: object, message?: string): void;
  info(message: string): void;
  info(fields: object, message?: string): void;
  warn(message: string): void;
  warn(fields: object, message?: string): void;
  error(message: string): void;
  error(fields: object, message?: string): void;
  child(bindings: Readonly<Record<string, unknown>>): Logger;
}
