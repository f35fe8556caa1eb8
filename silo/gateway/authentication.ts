import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { checkKey } from '../../protocol/actor-id.js';
import type { Codec } from '../../protocol/codec/index.js';
import { thrownMessage } from '../../protocol/codec/thrown-message.js';
import { InvalidArgumentError, NotSerializableError, PayloadTooLargeError, UnauthenticatedError } from '../../protocol/errors/index.js';
import type { Identity } from '../../protocol/identity.js';
import type { Clock, Logger } from '../../protocol/ports/index.js';
import type { Handshake } from '../../protocol/ports/client-link.js';
import type { Authenticate } from '../silo-options.js';
import { withinTime } from './within-time.js';

/** How long the user's `authenticate` may take. */
const TIMEOUT_MS = 10_000;
const ANONYMOUS_ID_BYTES = 12;
const MAX_TOKEN_LENGTH = 8192;
const REFUSAL_ID_BYTES = 6;
/** Of an identity: it rides with every call. */
const LIMITS = { maxBytes: 65_536, maxDepth: 32, maxNodes: 10_000, allowReferences: true };

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
    private readonly resumeSecret: () => string,
    private readonly codec: Codec,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  async admit(handshake: Handshake): Promise<Admission> {
    if (this.authenticate === 'anonymous') return this.anonymous(handshake.resumeToken);
    if ((handshake.token?.length ?? 0) > MAX_TOKEN_LENGTH) throw new UnauthenticatedError('the token is too long');
    return { identity: this.check(await this.ask(this.authenticate, handshake)) };
  }

  private async ask(authenticate: Authenticate, handshake: Handshake): Promise<unknown> {
    const late = new UnauthenticatedError(`gateway.authenticate took longer than ${TIMEOUT_MS} ms`);
    try {
      return await withinTime(Promise.resolve(authenticate(handshake)), this.clock, TIMEOUT_MS, () => late);
    } catch (error) {
      if (error === late) this.log.warn({ address: handshake.address }, late.message);
      if (error === late) throw late;
      throw this.refusal(error, handshake.address);
    }
  }

  /** Whoever knocks must not learn whether the user is unknown or the signature wrong: the log does, under the id that the client reads. */
  private refusal(error: unknown, address: string): UnauthenticatedError {
    const refusalId = randomBytes(REFUSAL_ID_BYTES).toString('base64url');
    this.log.info({ err: error instanceof Error ? error : new Error(`it threw ${thrownMessage(error)}`), address, refusalId }, 'a client was refused');
    return error instanceof UnauthenticatedError ? error : new UnauthenticatedError(`the gateway did not accept the token (${refusalId})`);
  }

  /** A copy: it travels with calls and to the client itself, and nobody changes it afterwards. What is checked is the copy: a getter may say something else each time. */
  private check(given: unknown): Identity {
    try {
      if (typeof given !== 'object' || given === null) throw new InvalidArgumentError(`identity: expected an object, got ${given === null ? 'null' : typeof given}`, { path: 'identity' });
      const copy = this.codec.copy({ ...(given as Identity) }, 'identity');
      checkKey(copy.id, 'identity.id');
      checkRoles(copy.roles);
      // Its fields may come from outside, as a token's claims do: they are bounded like a client's arguments.
      this.codec.decodeUntrusted(this.codec.encode(copy, 'identity'), LIMITS, 'identity');
      Object.freeze(copy.roles);
      return Object.freeze(copy);
    } catch (error) {
      this.log.error({ err: error }, 'gateway.authenticate did not return an identity; expected plain data with { id: string, roles?: string[] }');
      throw new UnauthenticatedError(`gateway.authenticate did not return an identity: ${problemOf(error)}`);
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
    return createHmac('sha256', this.resumeSecret()).update(`troupe resume ${id}`).digest('base64url');
  }
}

function checkRoles(roles: unknown): void {
  if (roles === undefined) return;
  if (!Array.isArray(roles)) throw new InvalidArgumentError(`identity.roles: expected a list of strings, got ${roles === null ? 'null' : typeof roles}`, { path: 'identity.roles' });
  const odd = roles.findIndex((role) => typeof role !== 'string');
  if (odd >= 0) throw new InvalidArgumentError(`identity.roles[${odd}]: expected a string, got ${typeof roles[odd]}`, { path: `identity.roles[${odd}]` });
}

/** Where the identity's shape is wrong. What code of the user threw is for the log only. */
function problemOf(error: unknown): string {
  if (error instanceof InvalidArgumentError || error instanceof PayloadTooLargeError) return error.message;
  if (!(error instanceof NotSerializableError)) return 'reading it threw';
  return error.cause === undefined ? error.message : `${error.path}: copying it threw`;
}
