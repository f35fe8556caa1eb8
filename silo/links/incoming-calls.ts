// IncomingCalls. Owns: what the peer of one connection asked and waits for.
//   I1. Each is answered once, unless its caller gave up or the connection is gone: then its signal is aborted and nobody is told.
import { CancelledError } from '../../protocol/errors/index.js';
import type { Peer } from '../../protocol/ports/frame-network.js';
import type { Logger } from '../../protocol/ports/logger.js';
import { promised, type Answer, type AnswerListener } from '../turns/answer.js';
import { HEARD } from './farewell.js';
import { CALLS, CONTROL } from './lane.js';
import type { LinkHandler } from './link-handler.js';
import type { RemoteEnvelope } from './remote-envelope.js';
import type { ReplyWriter } from './reply-writer.js';
import { RunningCalls } from './running-calls.js';
import { Unreadable } from './value-wire.js';

export class IncomingCalls implements AnswerListener {
  private readonly running = new RunningCalls();
  private isClosed = false;

  constructor(private readonly peer: Peer, private readonly handler: LinkHandler, private readonly replies: ReplyWriter, private readonly log: Logger) {}

  /** Calls whose callers wait. */
  get unanswered(): number {
    return this.running.size;
  }

  /** `unreadable`: what it carried cannot be read here, and that is the answer. */
  call(envelope: RemoteEnvelope, unreadable: Unreadable | undefined): void {
    if (unreadable !== undefined) this.replies.fail(CALLS, envelope.callId, unreadable.reason);
    else {
      this.running.add(envelope);
      this.serve(envelope);
    }
  }

  oneWay(envelope: RemoteEnvelope, unreadable: Unreadable | undefined): void {
    if (unreadable !== undefined) this.log.warn({ err: unreadable.reason, target: envelope.target, method: envelope.method }, 'a one-way call could not be read');
    else void this.serveOneWay(envelope);
  }

  ask(id: number, topic: string, body: unknown): void {
    if (topic === HEARD) this.replies.succeed(CONTROL, id, undefined);
    else if (body instanceof Unreadable) this.replies.fail(CONTROL, id, body.reason);
    else void this.serveAsk(id, topic, body);
  }

  /** The caller gave up. */
  cancel(id: number): void {
    this.running.take(id)?.signal.abort(new CancelledError('its caller on another silo gave up'));
  }

  /** The connection is gone: nobody waits any more. */
  close(): void {
    this.isClosed = true;
    for (const envelope of this.running.takeAll()) envelope.signal.abort(new CancelledError('the link to its caller on another silo is gone'));
  }

  /** I1. */
  succeeded({ callId }: RemoteEnvelope, value: unknown): void {
    if (this.running.take(callId) === undefined) return;
    try {
      this.replies.succeed(CALLS, callId, value);
    } catch (error) {
      this.keepUnanswered(error);
    }
  }

  /** I1. */
  failed({ callId }: RemoteEnvelope, error: unknown): void {
    if (this.running.take(callId) === undefined) return;
    try {
      this.replies.fail(CALLS, callId, error);
    } catch (cause) {
      this.keepUnanswered(cause);
    }
  }

  /** Whoever ended the call has more to do: it is not his problem, and the caller's deadline ends the wait. */
  private keepUnanswered(error: unknown): void {
    this.log.error({ err: error }, 'the answer to a call from another silo could not be written');
  }

  private serve(envelope: RemoteEnvelope): void {
    let answer: Answer | Promise<unknown>;
    try {
      answer = this.handler.invoke(envelope, this.peer);
    } catch (error) {
      this.failed(envelope, error);
      return;
    }
    if (answer instanceof Promise) answer.then((value) => this.succeeded(envelope, value), (error: unknown) => this.failed(envelope, error));
    else answer.tell(this);
  }

  private async serveOneWay(envelope: RemoteEnvelope): Promise<void> {
    try {
      await promised(this.handler.invoke(envelope, this.peer));
    } catch (error) {
      this.log.debug({ err: error, target: envelope.target, method: envelope.method }, 'a one-way call failed');
    }
  }

  private async serveAsk(id: number, topic: string, body: unknown): Promise<void> {
    try {
      const value = await this.handler.control(topic, body, this.peer);
      if (!this.isClosed) this.replies.succeed(CONTROL, id, value);
    } catch (error) {
      if (!this.isClosed) this.replies.fail(CONTROL, id, error);
    }
  }
}
