import { expect } from 'chai';
import { ConfigurationError } from '../../sdk/index.js';

/** The message of the `ConfigurationError` that loading the class throws. */
export function refusal(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigurationError);
    return (error as ConfigurationError).message;
  }
  throw new Error('expected a ConfigurationError, but the class loaded');
}
