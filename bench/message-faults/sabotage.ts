// Breaks the protocol on purpose, in the silos that load the module of that name: what the checker must notice (protocol.md §9).
import { setTimeout as delay } from 'node:timers/promises';
import type { CommitRequest } from '../../protocol/ports/index.js';
import { CommitQueue } from '../../silo/activation/commit-queue.js';
import { Legacies } from '../../silo/messages/legacies.js';
import { Outgoing } from '../../silo/messages/outgoing.js';
import type { SentDraft } from '../../silo/messages/sent-draft.js';
import { RedisStateStore } from '../../state/redis-state-store.js';
import { SABOTAGE_VARIABLE } from './sabotage-variable.js';

/** A rule of the protocol that is left out. */
export type Sabotage = keyof typeof SABOTAGES;

const SLOW_COMMIT_MS = 500;

/** Each by the rule that it breaks. */
export const SABOTAGES = {
  /** P7: a message's mark is in memory, not in the commit of its effect. */
  marks: () => {
    patch(RedisStateStore.prototype, 'commit', (commit) => function (this: RedisStateStore, request) {
      return commit.call(this, { ...request, marks: undefined });
    });
  },
  /** P6: messages leave before the commit of what they were derived from. */
  early: () => {
    patch(CommitQueue.prototype as unknown as Sending, 'send', (send) => async function (this: Sending, request) {
      const drafts = (request.outbox ?? []).filter((draft): draft is SentDraft => 'message' in draft);
      if (drafts.length > 0) {
        this.activation.messages.relay(drafts);
        await delay(SLOW_COMMIT_MS);
      }
      return send.call(this, request);
    });
  },
  /** What a dead silo left in outboxes and inboxes is nobody's. */
  legacies: () => {
    patch(Legacies.prototype, 'inherit', () => () => undefined);
  },
  /** `low` names a number that is not the oldest unsettled one. */
  low: () => {
    patch(Outgoing.prototype, 'relay', (relay) => function (this: Outgoing, entries) {
      relay.call(this, entries);
      this.lows.low = (entries.at(-1)?.sequence ?? 0) + 1;
    });
  },
} as const;

interface Sending {
  readonly activation: { readonly messages: { relay(drafts: readonly SentDraft[]): void } };
  send(request: CommitRequest): Promise<unknown>;
}

export function isSabotage(name: string): name is Sabotage {
  return Object.hasOwn(SABOTAGES, name);
}

function patch<T, K extends keyof T>(prototype: T, name: K, make: (original: T[K]) => T[K]): void {
  prototype[name] = make(prototype[name]);
}

const wanted = process.env[SABOTAGE_VARIABLE];
if (wanted !== undefined && isSabotage(wanted)) SABOTAGES[wanted]();
