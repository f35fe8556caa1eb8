import { randomBytes } from 'node:crypto';

const origin = randomBytes(9).toString('base64url');
let serial = 0;

/** No other commit, of any process, has it. */
export function nextCommitId(): string {
  return `${origin}${(++serial).toString(36)}`;
}
