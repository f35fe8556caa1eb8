import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { checkKey } from '../../protocol/actor-id.js';
import type { Codec } from '../../protocol/codec/index.js';
import { UnauthenticatedError } from '../../protocol/errors/index.js';
import type { Identity } from '../../protocol/identity.js';
import type { Clock, Logger } from '../../protocol/ports/index.js';
import type { Handshake } from '../../protocol/ports/client-link.js';
import type { Authenticate } from '../silo-options.js';
import { withinTime } from './within-time.js';

/** How long the user's `authenticate` may take. */
const TIMEOUT_MS = 10_000;
const ANONYMOUS_ID_BYTES = 12;
const MAX_TOKEN_LENGTH = 8192;

/** Who was let in. */
export interface Admission {
  readonly identity: Identity;
  /** Proves at the next connection that it is the same anonymous client. */
  readonly resumeToken?: string | undefined;
}

/** Says who a client is, or refuses it with `UnauthenticatedError`; what went wrong inside is logged, never told. */
export class Authentication {
  constructor(
    private readonly authenticate: Authenticate | 'anonymous',
    private readonly resumeSecret: string,
    private readonly codec: Codec,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  async admit(handshake: Handshake): Promise<Admission> {
    if (this.authenticate === 'anonymous') return this.anonymous(handshake.resumeToken);
    if ((handshake.token?.length ?? 0) > MAX_TOKEN_LENGTH) throw new UnauthenticatedError('the token is too long');
    let identity: unknown;
    try {
      const asked = Promise.resolve(this.authenticate(handshake));
      identity = await withinTime(asked, this.clock, TIMEOUT_MS, () => new Error(`gateway.authenticate took longer than ${TIMEOUT_MS} ms`));
    } catch (error) {
      this.log.info({ err: error, address: handshake.address }, 'a client was refused');
      throw error instanceof UnauthenticatedError ? error : new UnauthenticatedError('the gateway did not accept the token');
    }
    return { identity: this.check(identity) };
  }

  /** A copy: it travels with calls and to the client itself, and nobody changes it afterwards. */
  private check(identity: unknown): Identity {
    try {
      const { id, roles } = identity as Identity;
      checkKey(id, 'identity.id');
      if (roles !== undefined && !(Array.isArray(roles) && roles.every((role) => typeof role === 'string'))) throw new TypeError('identity.roles is a list of strings');
      const copy = this.codec.copy({ ...(identity as Identity) }, 'identity');
      Object.freeze(copy.roles);
      return Object.freeze(copy);
    } catch (error) {
      this.log.error({ err: error }, 'gateway.authenticate did not return an identity; expected plain data with { id: string, roles?: string[] }');
      throw new UnauthenticatedError('the gateway did not accept the token');
    }
  }

  private anonymous(resumeToken: string | undefined): Admission {
    const id = this.resumedId(resumeToken) ?? randomBytes(ANONYMOUS_ID_BYTES).toString('base64url');
    return { identity: Object.freeze({ id, anonymous: true }), resumeToken: `${id}.${this.sign(id)}` };
  }

  private resumedId(resumeToken: string | undefined): string | undefined {
    const match = /^([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{43})$/.exec(resumeToken ?? '');
    if (!match) return undefined;
    const [, id, signature] = match;
    return timingSafeEqual(Buffer.from(this.sign(id!)), Buffer.from(signature!)) ? id : undefined;
  }

  private sign(id: string): string {
    return createHmac('sha256', this.resumeSecret).update(`troupe resume ${id}`).digest('base64url');
  }
}
