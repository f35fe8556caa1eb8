import { createCodec, toWireError } from '../../protocol/codec/index.js';
import { encodeMessage, GatewayMessage, splitFrame, type WireMessage } from '../../protocol/client-wire.js';
import type { ClientLink, ClientLinkEvents, CloseReason } from '../../protocol/ports/client-link.js';
import { Client } from '../../sdk/client/client.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';

/** A connection whose other end is the test: it sees each message of the client and says what it wants. */
export class FakeLink implements ClientLink {
  readonly sent: WireMessage[] = [];
  isClosed = false;
  private readonly codec = createCodec();
  private events: ClientLinkEvents | undefined;

  open(events: ClientLinkEvents): void {
    this.events = events;
  }

  send(frame: Uint8Array): void {
    this.sent.push(...splitFrame(frame.slice()));
  }

  close(): void {
    this.isClosed = true;
  }

  /** The headers that the client sent since the last look. */
  async heard(): Promise<(readonly unknown[])[]> {
    await new Promise<void>((resolve) => void setImmediate(resolve));
    return this.sent.splice(0).map(({ header }) => header);
  }

  welcome(more: object = {}): void {
    this.events!.onOpen();
    this.say([GatewayMessage.welcome], { clientId: 'c1', identity: { id: 'me' }, silo: 'silo-1', session: 'hero', readOnly: [], maxBytes: 65_536, ...more });
  }

  say(header: readonly unknown[], value?: unknown): void {
    this.frame(encodeMessage(header, this.codec.encode(value, 'value')));
  }

  fail(id: unknown, error: Error): void {
    this.say([GatewayMessage.failure, id], toWireError(error, this.codec, { audience: 'outside' }));
  }

  frame(bytes: Uint8Array): void {
    this.events!.onFrame(bytes);
  }

  /** The connection ends. */
  end(reason: CloseReason, error?: Error): void {
    this.events!.onClose(reason, error);
  }
}

export interface FakeClient {
  readonly client: Client;
  readonly link: FakeLink;
  readonly clock: VirtualClock;
  /** Settles as `connect` would. */
  readonly started: Promise<void>;
  /** States, in order. */
  readonly states: string[];
}

/** A client that has not been welcomed yet. */
export function fakeClient(): FakeClient {
  const link = new FakeLink();
  const clock = new VirtualClock();
  const client = new Client({ link, clock, timeoutMs: 30_000, onResumeToken: () => undefined });
  const states: string[] = [];
  client.on('state', (state) => states.push(state));
  const started = client.start(() => undefined);
  // Tests that do not wait for it must not fail by it.
  started.catch(() => undefined);
  return { client, link, clock, started, states };
}

/** A client that was welcomed. */
export async function welcomedClient(welcome: object = {}): Promise<FakeClient> {
  const fake = fakeClient();
  fake.link.welcome(welcome);
  await fake.started;
  return fake;
}
