// ClientCalls. Owns: one client's calls from their message to their answer. G1 and G2 of client-session.ts hold here too.
import { GatewayMessage } from '../../protocol/client-wire.js';
import { CallTimeoutError, CancelledError, InvalidArgumentError, RateLimitedError } from '../../protocol/errors/index.js';
import { printEntityId } from '../../protocol/actor-id.js';
import type { AnswerPlace } from '../../protocol/envelope.js';
import type { Identity } from '../../protocol/identity.js';
import type { ClientRequest } from './client-message-reader.js';
import type { ClientSessionContext } from './client-session.js';
import type { NamedSilos } from './named-silos.js';
import { withinTime } from './within-time.js';

type CallRequest = Extract<ClientRequest, { kind: 'call' | 'oneWay' }>;

/** The client that calls and subscriptions belong to. */
export interface ClientOwner {
  readonly identity: Identity;
  readonly silos: NamedSilos;
  write(header: readonly unknown[], payload?: Uint8Array): void;
  /** Without an id nobody is told. */
  fail(id: number | undefined, error: unknown): void;
  /** Bytes on their way to the client. */
  waitingBytes(): number;
  /** Takes computing time off the client's allowance. */
  spend(usedMs: number): void;
}

const DEFAULT_TIMEOUT_MS = 30_000;
/** What a call's turn and commit cost at least, which nobody measures: they are mixed with everybody else's. */
const TURN_MS = 0.05;
/** What it costs to encode an answer and to write it out. Not measured either: what interrupts the process would count as the client's doing. */
const ANSWER_BYTES_PER_MS = 125_000;
/** How much the newest answer counts for what the next is expected to cost. */
const NEWEST = 0.25;

/** The calls of one client that wait for their results. */
export class ClientCalls {
  private readonly waiting = new Set<AbortController>();
  private readonly byId = new Map<number, AbortController>();
  /** Taken off the client's allowance when a call begins, so that no crowd of calls begins whose answers would all come at once. */
  private expectedMs = 0;

  constructor(private readonly owner: ClientOwner, private readonly context: ClientSessionContext) {}

  add(request: CallRequest): void {
    const id = request.kind === 'call' ? request.id : undefined;
    const { inFlight } = this.context.limits;
    if (this.waiting.size >= inFlight) return this.owner.fail(id, new RateLimitedError(`${inFlight} calls of this client wait already; the call did not run`));
    if (id !== undefined && this.byId.has(id)) return this.owner.fail(id, new InvalidArgumentError(`call id ${id} is in use`));
    const controller = new AbortController();
    this.waiting.add(controller);
    if (id !== undefined) this.byId.set(id, controller);
    void this.call(request, controller.signal).finally(() => {
      this.waiting.delete(controller);
      if (id !== undefined) this.byId.delete(id);
    });
  }

  cancel(id: number): void {
    this.byId.get(id)?.abort();
  }

  stop(): void {
    for (const controller of this.waiting) controller.abort();
  }

  private async call(request: CallRequest, signal: AbortSignal): Promise<void> {
    const id = request.kind === 'call' ? request.id : undefined;
    const { expectedMs, owner } = this;
    owner.spend(expectedMs);
    try {
      const answered: AnswerPlace = { silo: undefined };
      const result = await this.run(request, signal, answered);
      owner.spend(TURN_MS + (id === undefined ? 0 : Math.max(0, this.answer(id, result, answered) - expectedMs)));
    } catch (error) {
      owner.fail(id, error);
    }
  }

  /** Returns what it costs, in milliseconds. */
  private answer(id: number, result: unknown, { silo }: AnswerPlace): number {
    const { codec, backend } = this.context;
    const payload = codec.encode(result, 'result');
    this.owner.write(this.owner.silos.from([GatewayMessage.result, id], silo ?? backend.siloId), payload);
    const costMs = payload.length / ANSWER_BYTES_PER_MS;
    this.expectedMs += NEWEST * (costMs - this.expectedMs);
    return costMs;
  }

  private async run(request: CallRequest, signal: AbortSignal, answered: AnswerPlace): Promise<unknown> {
    const { backend, clock } = this.context;
    const { kind, target, method } = request;
    const timeoutMs = kind === 'call' ? request.timeoutMs : DEFAULT_TIMEOUT_MS;
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    const checked = this.check(request);
    // Schemas and `authorize` are the user's, and may hang. Without them no timer is set: the silo's own deadlines bound the call.
    const args = checked instanceof Promise ? await withinTime(checked, clock, timeoutMs, () => expired(request, timeoutMs)) : checked;
    if (signal.aborted) throw new CancelledError(`${printEntityId(target)}.${method}: cancelled by its caller`);
    const idempotencyKey = kind === 'call' ? request.idempotencyKey : undefined;
    return backend.invoke({ kind, target, method, args, identity: this.owner.identity, deadlineMs, timeoutMs, signal, idempotencyKey, answered, hops: 0 });
  }

  /** The arguments that the method gets, once everything that may refuse the call has had its say. */
  private check(request: CallRequest): Promise<readonly unknown[]> | readonly unknown[] {
    const { access, codec, limits } = this.context;
    const { target, method, payload } = request;
    const member = access.method(target, method, this.owner.identity);
    const { bytes: maxBytes, depth: maxDepth, nodes: maxNodes } = limits;
    const decoded = codec.decodeUntrusted(payload, { maxBytes, maxDepth, maxNodes, allowReferences: member.public?.args !== undefined }, 'args');
    const args = access.arguments(target, member, decoded);
    if (args instanceof Promise) return args.then((later) => this.authorized(request, later));
    return this.authorized(request, args);
  }

  private authorized({ target, method }: CallRequest, args: readonly unknown[]): Promise<readonly unknown[]> | readonly unknown[] {
    const asked = this.context.access.authorize(this.owner.identity, { ...target, method, args });
    return asked ? asked.then(() => args) : args;
  }
}

/** The call surely did not run, but its time is over all the same. */
function expired({ target, method }: CallRequest, timeoutMs: number): CallTimeoutError {
  return new CallTimeoutError(`${printEntityId(target)}.${method}: its checks took longer than ${timeoutMs} ms; it did not run`, { timeoutMs });
}
