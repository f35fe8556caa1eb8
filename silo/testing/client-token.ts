import type { Identity } from '../../protocol/identity.js';

/** A token that is its own proof: any silo of the test cluster reads the identity from it. */
export function writeToken(secret: string, identity: Identity): string {
  return `${secret}.${Buffer.from(JSON.stringify(identity), 'utf8').toString('base64url')}`;
}

/** Throws for a token that was not written with this secret. */
export function readToken(secret: string, token = ''): Identity {
  const [proof, identity = ''] = token.split('.');
  if (proof !== secret) throw new Error('this token is not of the test cluster');
  return JSON.parse(Buffer.from(identity, 'base64url').toString('utf8')) as Identity;
}
