// A module of the silos under test: tells the bench how many deliveries were known already, which nothing else shows from outside.
import { Marks } from '../../silo/messages/marks.js';

/** What a silo says of itself to the bench. */
export interface WitnessReport {
  readonly knownDeliveries: number;
}

const EVERY_MS = 50;
let known = 0;

export function isWitnessReport(message: unknown): message is WitnessReport {
  return typeof message === 'object' && message !== null && 'knownDeliveries' in message;
}

// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
const { knows } = Marks.prototype;
Marks.prototype.knows = async function (sender, sequence) {
  const isKnown = await knows.call(this, sender, sequence);
  if (isKnown && known++ === 0) setTimeout(report, EVERY_MS).unref();
  return isKnown;
};

function report(): void {
  const message: WitnessReport = { knownDeliveries: known };
  known = 0;
  if (process.connected) process.send?.(message);
}
