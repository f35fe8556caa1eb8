// LinkSecrets. Owns: the cluster's shared secrets, and proofs of having one. A proof is an HMAC-SHA256 over all that a link is (F1): both nonces,
// the prover's role, cluster, protocol version, both silo ids, both incarnations. So it fits one link and one end of it, and never twice.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { ConfigurationError } from '../protocol/errors/index.js';
import type { Peer } from '../protocol/ports/frame-network.js';

/** What the two ends of a link agree about. */
export interface LinkTerms {
  readonly version: number;
  readonly cluster: string;
  /** The silo that connects, and the one that is connected to. */
  readonly asking: Peer;
  readonly asked: Peer;
  readonly askingNonce: string;
  readonly askedNonce: string;
}

/** Which end proves. */
export type LinkRole = 'asking' | 'asked';

/**
 * The first secret proves, any of them is accepted, and answered with the same. So a new one is brought in while silos come and go: first listed
 * behind the old one on every silo, then before it, then alone.
 */
export class LinkSecrets {
  /** Throws `ConfigurationError` for an empty secret. */
  constructor(private readonly secrets: readonly string[]) {
    if (secrets.includes('')) throw new ConfigurationError('a secret of the cluster is empty: give a long random text, or none to link silos of one machine only');
  }

  /** No secret: only silos of one machine may link; the proof still binds the terms. */
  get isOpen(): boolean {
    return this.secrets.length === 0;
  }

  prove(role: LinkRole, terms: LinkTerms): string {
    return digest(this.secrets[0] ?? '', role, terms).toString('base64url');
  }

  /** The secret that a proof was made with, to answer with; undefined for a wrong proof. Takes the same time for every one. */
  recognize(role: LinkRole, terms: LinkTerms, proof: string): LinkSecrets | undefined {
    const shown = Buffer.from(proof, 'base64url');
    let recognized: LinkSecrets | undefined;
    for (const secret of this.isOpen ? [''] : this.secrets) {
      const right = digest(secret, role, terms);
      if (shown.length === right.length && timingSafeEqual(shown, right)) recognized ??= this.isOpen ? this : new LinkSecrets([secret]);
    }
    return recognized;
  }
}

/** 256 random bits. */
export function newNonce(): string {
  return randomBytes(32).toString('base64url');
}

/** Whether a host name or address is surely of this machine. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').replace(/^::ffff:/, '');
  return bare === 'localhost' || bare === '::1' || (isIPv4(bare) && bare.startsWith('127.'));
}

function digest(secret: string, role: LinkRole, terms: LinkTerms): Buffer {
  const { version, cluster, asking, asked, askingNonce, askedNonce } = terms;
  const text = JSON.stringify(['troupe link', role, version, cluster, asking.siloId, asking.incarnation, asked.siloId, asked.incarnation, askingNonce, askedNonce]);
  return createHmac('sha256', secret).update(text).digest();
}
