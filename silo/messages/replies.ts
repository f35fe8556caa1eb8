// Replies. Owns: who on this silo waits for the end of a chain of tail calls, and the replies of last steps on their way to the silos that wait.
//   R1. A call that has handed over waits under a random id, until the reply, its deadline, its cancellation or the silo's end: the first of them
//       counts, later ones are ignored.
//   R2. A reply commits with the last step's effect. It stays in that actor's outbox until the silo that waits has it, or is dead: no crash in between
//       loses it.
//   R3. A reply on its way keeps nobody else's messages: each is sent aside, with tries of its own.
//   R4. The end of a chain that a recorded call began is kept before it is sent: the same call, made again, waits for the same end, wherever it is made.
//   R5. A chain that was given up is over, whatever is to blame: a durable call is not made again for it.
//   R6. A step that waits for who waits for its chain waits for itself: that circle is found as others are, and the step's call given up.
import { randomBytes } from 'node:crypto';
import { fromWireError, toWireError, type Codec, type WireError } from '../../protocol/codec/index.js';
import type { ReplyAddress } from '../../protocol/delivery.js';
import { PayloadTooLargeError, RemoteError, TroupeError } from '../../protocol/errors/index.js';
import { keptAlive } from '../../protocol/kept-alive.js';
import type { Clock, Incarnation, Logger, Membership } from '../../protocol/ports/index.js';
import { Pauses } from '../pauses.js';
import type { PeerTopics } from '../sessions/peer-topics.js';
import { SiloLine, type ControlLinks } from '../sessions/silo-line.js';
import type { ChainTable } from '../routing/chain-table.js';
import type { PendingCall } from '../turns/pending-call.js';
import { breakCycles } from '../turns/wait-graph.js';
import type { ChainEnds } from '../../protocol/ports/message-records.js';
import type { ChainAhead } from './chain-ahead.js';
import { mayHaveRun } from './durable-outcomes.js';
import { SentDraft } from './sent-draft.js';
import type { StoredMessage } from './stored-message.js';
import { TailWait } from './tail-wait.js';

/** The control message. */
const TAIL_REPLY = 'tail-reply';
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

type Reply = Extract<StoredMessage, { to: 'reply' }>;
type ReplyBody = readonly [id: string, failed: boolean, payload: Uint8Array];

export interface RepliesParts {
  readonly siloId: string;
  readonly membership: Membership;
  readonly clock: Clock;
  readonly log: Logger;
  readonly codec: () => Codec;
  readonly ends: ChainEnds;
  readonly chains: ChainTable;
}

export class Replies {
  private readonly waiting = new Map<string, PendingCall[]>();
  /** By sender and number: what is looked for again meanwhile is not sent twice at a time. */
  private readonly sending = new Map<string, Promise<void>>();
  private readonly line: SiloLine;
  private readonly pauses: Pauses;

  constructor(private readonly parts: RepliesParts) {
    this.line = new SiloLine(parts.siloId, parts.membership, parts.clock);
    this.pauses = new Pauses(parts.clock);
  }

  /** From now on chains may begin and end on other silos. */
  joinPeers(links: ControlLinks, topics: PeerTopics): void {
    this.line.links = links;
    topics.on(TAIL_REPLY, (body) => this.arrived(...(body as ReplyBody)));
  }

  /** R1. The call's address, which it has until it is settled; `undefined` when nobody waits for it, now or later. */
  expect(call: PendingCall): ReplyAddress | undefined {
    const { kind, idempotencyKey, durable } = call.envelope;
    const isKept = idempotencyKey !== undefined || durable?.isKept === true;
    const isAwaited = kind === 'call';
    if (!isAwaited && !isKept) return undefined;
    const { clock } = this.parts;
    const id = randomBytes(16).toString('base64url');
    if (isAwaited) this.wait(id, call);
    return { silo: this.line.self, id, deadline: call.deadlineMs - clock.monotonicMs() + clock.now(), ...(isKept && { isKept }) };
  }

  /** R4. For a call that began the chain when it was made before. */
  follow(call: PendingCall, { chain }: ChainAhead): void {
    // What it asks for has begun: no end of it says that this silo could not run it.
    call.hasBegun = true;
    this.wait(chain, call);
    void this.lookFor(chain, call);
  }

  /** R6. The turn of a step, whose chain is known until its end. */
  follows(call: PendingCall): void {
    if (!call.reply) return;
    const { chains } = this.parts;
    chains.hold(call.chain);
    const end = (): void => chains.letGo(call.chain);
    call.promise.then(end, end);
  }

  /** How many calls wait. */
  get count(): number {
    return this.waiting.size;
  }

  /** The result of a last step, or its error, for its outbox. Throws when a result cannot be encoded. */
  draft(address: ReplyAddress, failed: boolean, value: unknown): SentDraft {
    return new SentDraft(this.replyOf(address, failed, value), this.parts.codec());
  }

  /** For a message that is given up: what is to be said to whoever waits for it, if somebody does. */
  failures(address: ReplyAddress | undefined, error: unknown): readonly SentDraft[] {
    return address ? [this.draft(address, true, error)] : [];
  }

  /** For whoever waits for what never runs: sent without an outbox, and lost if this silo ends first. */
  refuse(address: ReplyAddress, error: Error): void {
    this.send(address.id, this.replyOf(address, true, error), () => undefined);
  }

  /** R2, R3. `name`: its sender and number. `settle`: nobody waits for it any more. */
  send(name: string, reply: Reply, settle: () => void): void {
    if (this.sending.has(name)) return;
    const sent = this.untilHeard(reply).then((isOver) => {
      this.sending.delete(name);
      if (isOver) settle();
    });
    this.sending.set(name, sent);
  }

  /** Resolves when those on their way now have arrived. */
  async sent(): Promise<void> {
    await Promise.all(this.sending.values());
  }

  stop(): void {
    this.line.stop();
    this.pauses.end();
  }

  private replyOf({ silo, id, isKept }: ReplyAddress, failed: boolean, value: unknown): Reply {
    const codec = this.parts.codec();
    return { to: 'reply', silo, id, failed, payload: failed ? errorBytes(value, codec) : codec.encode(value, 'result'), ...(isKept && { isKept }) };
  }

  private wait(id: string, call: PendingCall): void {
    const calls = this.waiting.get(id);
    if (calls) calls.push(call);
    else this.waiting.set(id, [call]);
    const queue = new TailWait(id, this.parts.chains);
    queue.begin(call);
    // A step may wait already where the call was made before.
    for (const chain of queue.waitsFor()) if (chain.waiting?.size) breakCycles(chain);
    const over = (): void => {
      queue.end(call);
      const left = this.waiting.get(id)?.filter((each) => each !== call);
      if (left?.length) this.waiting.set(id, left);
      else this.waiting.delete(id);
    };
    keptAlive(call.promise).then(over, over);
  }

  /** The reply goes to where the call was made first. */
  private async lookFor(chain: string, call: PendingCall): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; !call.isSettled && !this.line.isStopped; pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)) {
      const end = await this.parts.ends.find(chain).catch(() => undefined);
      if (end) return this.arrived(chain, end.failed, end.payload);
      await this.pauses.pause(pauseMs);
    }
  }

  /** R1. */
  private arrived(id: string, failed: boolean, payload: Uint8Array): void {
    const calls = this.waiting.get(id) ?? [];
    this.waiting.delete(id);
    for (const call of calls) this.settle(call, failed, payload);
  }

  private settle(call: PendingCall, failed: boolean, payload: Uint8Array): void {
    let value: unknown;
    try {
      value = this.parts.codec().decode(payload);
    } catch (error) {
      return call.fail(error);
    }
    if (failed) call.fail(failureOf(call, fromWireError(value as WireError)));
    else call.succeed(value);
  }

  /** False: this silo stops first. Then others will send it. */
  private async untilHeard({ silo, id, failed, payload, isKept }: Reply): Promise<boolean> {
    let body: ReplyBody = [id, failed, payload];
    for (let pauseMs = FIRST_PAUSE_MS; !this.line.isStopped; pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)) {
      try {
        // R4. What is kept already is written once more: nothing changes.
        if (isKept) await this.parts.ends.keep(id, { failed, payload });
        if (!(await this.mayWait(silo))) return true;
        await this.tell(silo, body);
        return true;
      } catch (error) {
        if (error instanceof PayloadTooLargeError) body = [id, true, errorBytes(error, this.parts.codec())];
        this.parts.log.debug({ err: error, silo }, 'the reply of a chain of tail calls did not arrive; it is sent again');
      }
      await this.pauses.pause(pauseMs);
    }
    return false;
  }

  private async tell(silo: Incarnation, body: ReplyBody): Promise<void> {
    if (silo === this.line.self) this.arrived(...body);
    else await this.line.ask(silo, TAIL_REPLY, body);
  }

  /** Whoever waited on a silo that is dead waits no more. */
  private async mayWait(silo: Incarnation): Promise<boolean> {
    if (this.line.isUp(silo)) return true;
    if (!this.line.isDead(silo)) await this.parts.membership.refresh();
    return this.line.isUp(silo);
  }
}

/** R5. The first steps have run: no error of a later one may say that nothing has. */
function failureOf({ envelope }: PendingCall, error: Error): Error {
  const saysTooMuch = (error instanceof TroupeError && error.retryable) || (envelope.durable && mayHaveRun(error));
  return saysTooMuch ? new RemoteError(error.message, { remoteName: error.name, cause: error }) : error;
}

function errorBytes(error: unknown, codec: Codec): Uint8Array {
  return codec.encode(toWireError(error, codec, { audience: 'cluster' }), 'error');
}
