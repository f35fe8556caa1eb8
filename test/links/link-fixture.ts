// Silos that only have links: on the network in memory, on one virtual clock.
import { createCodec, type Codec } from '../../protocol/codec/index.js';
import type { Envelope } from '../../protocol/envelope.js';
import type { Member } from '../../protocol/ports/index.js';
import type { FrameNetwork, Peer } from '../../protocol/ports/frame-network.js';
import type { LinkLimits } from '../../silo/links/link-limits.js';
import { LinkPool } from '../../silo/links/link-pool.js';
import type { Answer, AnswerListener } from '../../silo/turns/answer.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryNetwork } from '../../transport/memory-network.js';
import { RecordingLogger } from '../support/memory-silo.js';

type Invoke = (envelope: Envelope, from: Peer) => unknown;
type Control = (topic: string, body: unknown, from: Peer) => unknown;

/** One silo. `onInvoke` and `onControl` are what it does with what others ask; by default it echoes the arguments and the body. */
export interface LinkedSilo {
  readonly pool: LinkPool;
  readonly member: Member;
  readonly log: RecordingLogger;
  /** Calls that came in, as they came. */
  readonly seen: Envelope[];
  onInvoke: Invoke;
  onControl: Control;
}

export interface LinkedOptions {
  readonly limits?: Partial<LinkLimits>;
  readonly codec?: Codec;
  /** Puts something between a pool and its network. */
  readonly through?: (network: FrameNetwork, siloId: string) => FrameNetwork;
}

/** An answer without a promise, that a test gives. */
export class HeldAnswer implements Answer {
  private listener: AnswerListener | undefined;

  constructor(private readonly envelope: Envelope) {}

  get promise(): Promise<unknown> {
    return Promise.reject(new Error('nobody should want a promise'));
  }

  tell(listener: AnswerListener): void {
    this.listener = listener;
  }

  succeed(value: unknown): void {
    this.listener!.succeeded(this.envelope, value);
  }

  fail(error: unknown): void {
    this.listener!.failed(this.envelope, error);
  }
}

/** Silos on one wire. */
export class LinkedSilos {
  readonly clock = new VirtualClock();
  readonly wire = new MemoryNetwork({ clock: this.clock });

  constructor(private readonly options: LinkedOptions = {}) {}

  /** Two of them, `a1` of silo `a` and `b1` of silo `b`. */
  static async pair(options: LinkedOptions = {}): Promise<{ readonly silos: LinkedSilos; readonly a: LinkedSilo; readonly b: LinkedSilo }> {
    const silos = new LinkedSilos(options);
    return { silos, a: await silos.start('a'), b: await silos.start('b') };
  }

  async start(siloId: string, incarnation = `${siloId}1`): Promise<LinkedSilo> {
    const plain = this.wire.silo({ siloId, incarnation });
    const network = this.options.through?.(plain, siloId) ?? plain;
    const log = new RecordingLogger();
    const seen: Envelope[] = [];
    const pool = new LinkPool({
      network, log, clock: this.clock, codec: this.options.codec ?? createCodec(), self: { siloId, incarnation }, limits: this.options.limits,
      handler: {
        invoke: (envelope, from) => {
          seen.push(envelope);
          const answer = silo.onInvoke(envelope, from);
          return answer instanceof HeldAnswer ? answer : Promise.resolve(answer);
        },
        control: async (topic, body, from) => silo.onControl(topic, body, from),
      },
    });
    const silo: LinkedSilo = {
      pool, log, seen,
      member: { siloId, incarnation, address: network.address, status: 'up', startedAt: 0, labels: {}, types: {} },
      onInvoke: ({ args }) => args,
      onControl: (_topic, body) => body,
    };
    await pool.start();
    return silo;
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let round = 0; round < 3; round++) await new Promise<void>((resolve) => void setImmediate(resolve));
  }

  /** A call as a handle would make it. */
  call(method: string, args: readonly unknown[] = [], more: Partial<Envelope> = {}): Envelope {
    const { timeoutMs = 30_000 } = more;
    return { kind: 'call', target: { type: 'hero', key: 'p1' }, method, args, timeoutMs, deadlineMs: this.clock.monotonicMs() + timeoutMs, hops: 0, ...more };
  }
}

/** How a promise ended, for those that must have ended by now: `pending` is an answer too. */
export function outcomeOf(promise: Promise<unknown>): { state: 'pending' | 'resolved' | 'rejected'; value?: unknown; error?: Error & Record<string, unknown> } {
  const outcome: ReturnType<typeof outcomeOf> = { state: 'pending' };
  promise.then(
    (value) => Object.assign(outcome, { state: 'resolved', value }),
    (error: unknown) => Object.assign(outcome, { state: 'rejected', error }),
  );
  return outcome;
}
