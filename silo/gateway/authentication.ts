import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { checkKey } from '../../protocol/actor-id.js';
import { UnauthenticatedError } from '../../protocol/errors/index.js';
import type { Identity } from '../../protocol/identity.js';
import type { Clock, Logger } from '../../protocol/ports/index.js';
import type { Handshake } from '../../protocol/ports/client-link.js';
import type { Authenticate } from '../silo-options.js';

/** How long the user's `authenticate` may take. */
const TIMEOUT_MS = 10_000;
const ANONYMOUS_ID_BYTES = 12;
const MAX_TOKEN_LENGTH = 8192;

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
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  async admit(handshake: Handshake): Promise<Admission> {
    if (this.authenticate === 'anonymous') return this.anonymous(handshake.resumeToken);
    if ((handshake.token?.length ?? 0) > MAX_TOKEN_LENGTH) throw new UnauthenticatedError('the token is too long');
    let identity: unknown;
    try {
      identity = await this.withinTime(Promise.resolve(this.authenticate(handshake)));
    } catch (error) {
      this.log.info({ err: error, address: handshake.address }, 'a client was refused');
      throw error instanceof UnauthenticatedError ? error : new UnauthenticatedError('the gateway did not accept the token');
    }
    return { identity: this.check(identity) };
  }

  private check(identity: unknown): Identity {
    try {
      const { id, roles } = identity as Identity;
      checkKey(id, 'identity.id');
      if (roles !== undefined && !(Array.isArray(roles) && roles.every((role) => typeof role === 'string'))) throw new TypeError('identity.roles is a list of strings');
      return Object.freeze({ ...(identity as Identity) });
    } catch (error) {
      this.log.error({ err: error }, 'gateway.authenticate did not return an identity; expected { id: string, roles?: string[] }');
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

  private withinTime<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = this.clock.setTimer(() => reject(new Error(`gateway.authenticate took longer than ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
      void promise.then(resolve, reject).finally(() => timer.cancel());
    });
  }
}
