/** Data fields of an error: plain, serializable values that travel with it. */
export type ErrorData = Readonly<Record<string, unknown>>;

export interface TroupeErrorOptions extends ErrorData {
  readonly cause?: unknown;
}

/**
 * Base of every error that Troupe itself raises. `code` is stable (`ERR_MAILBOX_FULL`); `retryable` is true only when the
 * method surely did not run, and may if it is tried again; data fields are own properties; `cause` is set where there is one.
 */
export abstract class TroupeError extends Error {
  abstract readonly code: string;
  /** The method surely did not run: trying again is safe. */
  abstract readonly retryable: boolean;
  /** The data fields, as they travel. Not enumerable: they are own properties already, and loggers and Node would print them twice. */
  declare readonly data: ErrorData;

  constructor(message: string, options: TroupeErrorOptions = {}) {
    const { cause, ...data } = options;
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    Object.defineProperty(this, 'data', { value: data, writable: true, configurable: true });
    for (const [field, value] of Object.entries(data)) {
      if (!(field in this)) Object.defineProperty(this, field, { value, enumerable: true, configurable: true });
    }
  }
}
