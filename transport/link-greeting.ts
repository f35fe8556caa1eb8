// The conversation that opens a link (link-message.ts), from either end. The end that asks proves first: who merely reaches the port gets nothing
// to guess secrets with. A replayed message fits no other link: the proofs are over nonces of both ends.
import { LINK_PROTOCOL } from '../protocol/link-protocol.js';
import type { Peer } from '../protocol/ports/frame-network.js';
import type { Incarnation } from '../protocol/ports/state-store.js';
import { readMessage, writeMessage, type LinkMessage, type LinkMessageKind } from './link-message.js';
import { mismatch, refused } from './link-refusal.js';
import { newNonce, type LinkSecrets, type LinkTerms } from './link-secrets.js';

/** One end, as it shows itself. */
export interface LinkSelf {
  readonly peer: Peer;
  readonly cluster: string;
  readonly secrets: LinkSecrets;
}

/** A connection that carries the messages. */
export interface LinkTalk {
  send(message: Uint8Array): void;
  /** Rejects when the connection is over. */
  next(): Promise<Uint8Array>;
}

/** The asked end: resolves with who the other proved to be. Undefined: it was refused, and told why. Rejects when the connection ends before. */
export async function greet(talk: LinkTalk, self: LinkSelf): Promise<Peer | undefined> {
  const refuse = (why: string): undefined => void talk.send(writeMessage('refused', why));
  const { cluster, secrets } = self;
  const hello = readMessage(await talk.next(), LINK_PROTOCOL);
  if (hello?.kind !== 'hello') return refuse('it did not say hello as silos do');
  const [itsCluster = '', siloId = '', incarnation = '', expected = '', askingNonce = ''] = hello.fields;
  // What another version means by its fields is unknown.
  const claims = { version: hello.version, cluster: hello.version === LINK_PROTOCOL ? itsCluster : cluster, expected };
  const why = mismatch({ version: LINK_PROTOCOL, cluster, incarnation: self.peer.incarnation }, claims);
  if (why !== undefined) return refuse(why);
  const askedNonce = newNonce();
  talk.send(writeMessage('challenge', self.peer.siloId, self.peer.incarnation, askedNonce));
  const terms: LinkTerms = { version: LINK_PROTOCOL, cluster, asking: { siloId, incarnation }, asked: self.peer, askingNonce, askedNonce };
  const proof = readMessage(await talk.next(), LINK_PROTOCOL);
  const secret = proof?.kind === 'proof' ? secrets.recognize('asking', terms, proof.fields[0] ?? '') : undefined;
  if (!secret) return refuse('this silo did not prove that it has a secret of the cluster');
  talk.send(writeMessage('welcome', secret.prove('asked', terms)));
  return terms.asking;
}

/** The asking end. Rejects with `SiloUnavailableError` when either refuses the other; with another error when the connection ends before. */
export async function introduce(talk: LinkTalk, self: LinkSelf, address: string, expected: Incarnation): Promise<Peer> {
  const { peer, cluster, secrets } = self;
  const askingNonce = newNonce();
  talk.send(writeMessage('hello', LINK_PROTOCOL, cluster, peer.siloId, peer.incarnation, expected, askingNonce));
  const challenge = expectKind('challenge', await talk.next(), address);
  const [siloId = '', incarnation = '', askedNonce = ''] = challenge.fields;
  if (incarnation !== expected) throw refused(address, `another incarnation than "${expected}" is there: "${incarnation}"`);
  const terms: LinkTerms = { version: LINK_PROTOCOL, cluster, asking: peer, asked: { siloId, incarnation }, askingNonce, askedNonce };
  talk.send(writeMessage('proof', secrets.prove('asking', terms)));
  const welcome = expectKind('welcome', await talk.next(), address);
  if (!secrets.recognize('asked', terms, welcome.fields[0] ?? '')) throw refused(address, 'it did not prove that it has a secret of the cluster');
  return terms.asked;
}

function expectKind(kind: LinkMessageKind, frame: Uint8Array, address: string): LinkMessage {
  const message = readMessage(frame, LINK_PROTOCOL);
  if (message?.kind === kind) return message;
  throw refused(address, message?.kind === 'refused' ? message.fields[0]! : `it answered with something else than the ${kind} of a silo`);
}
