import type { BindingChange, CommitRequest, SenderMark } from '../../protocol/ports/index.js';
import type { Activation } from './activation.js';
import type { ReminderStep } from './actor-reminders.js';
import type { OutboxDraft, StagedOperation, UnitOfWork } from './unit-of-work.js';

type Messages = Pick<CommitRequest, 'operations' | 'outbox' | 'settled' | 'marks' | 'inboxTaken' | 'bindings' | 'reminders' | 'hold'>;

/** What units that commit together say beside their fields. Numbers what they send, and makes it of the version that the commit makes. */
export function mergeMessages(units: readonly UnitOfWork[], { messages, commits }: Activation): Messages {
  const operations: StagedOperation[] = [];
  const outbox: OutboxDraft[] = [];
  const settled: number[] = [];
  const marks = new Map<string, SenderMark>();
  const bindings: BindingChange[] = [];
  const steps: ReminderStep[] = [];
  let inboxTaken = 0;
  for (const unit of units) {
    if (unit.operations) operations.push(...unit.operations);
    if (unit.outbox) outbox.push(...unit.outbox);
    if (unit.settled) settled.push(...unit.settled);
    for (const mark of unit.marks ?? []) marks.set(mark.sender, together(marks.get(mark.sender), mark));
    if (unit.bindings) bindings.push(...unit.bindings);
    if (unit.reminders) steps.push(...unit.reminders);
    inboxTaken += unit.inboxTaken;
  }
  for (const draft of outbox) {
    if (draft.sequence === 0) draft.sequence = messages.nextSequence();
    if (draft.seal) draft.payload = draft.seal(commits.version + 1);
  }
  const reminders = steps.length > 0 ? messages.reminders.effective(steps) : steps;
  return {
    operations, outbox, settled, hold: messages.holdAfter(outbox, settled), marks: [...marks.values()],
    inboxTaken: inboxTaken || undefined, bindings: bindings.length > 0 ? bindings : undefined, reminders: reminders.length > 0 ? reminders : undefined,
  };
}

/** Two marks of one sender. */
function together(earlier: SenderMark | undefined, mark: SenderMark): SenderMark {
  return earlier ? { sender: mark.sender, low: Math.max(earlier.low, mark.low), ids: [...earlier.ids, ...mark.ids] } : mark;
}
