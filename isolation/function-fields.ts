import { describeFunctionField, isArrowFunction, type ClassMetadata } from '../decorators/index.js';
import { ConfigurationError } from '../protocol/errors/index.js';

/** Arrow-function fields look like methods but cannot be called: throws `ConfigurationError` that names the first. */
export function refuseFunctionFields(metadata: ClassMetadata, instance: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(instance)) {
    if (typeof value === 'function') throw new ConfigurationError(describeFunctionField(metadata, name, isArrowFunction(value)));
  }
}
