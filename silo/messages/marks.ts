// Marks. Owns: what one activation knows of the messages that its actor has handled.
//   K1. A message whose effect is committed is known, whoever asks first: the store is asked once per sender.
import type { SenderMark } from '../../protocol/ports/index.js';
import type { Activation } from '../activation/activation.js';

interface Known {
  low: number;
  readonly ids: Set<number>;
}

export class Marks {
  private readonly bySender = new Map<string, Known>();

  constructor(private readonly activation: Activation) {}

  /** `sender`: as marks name it. */
  async knows(sender: string, sequence: number): Promise<boolean> {
    if (!this.bySender.has(sender)) await this.prepare([sender]);
    return this.has(sender, sequence);
  }

  /** As `knows`, of a sender that was asked for. */
  has(sender: string, sequence: number): boolean {
    const known = this.bySender.get(sender);
    return known !== undefined && (sequence < known.low || known.ids.has(sequence));
  }

  /** Asks for those of whom nothing is known here, all at once. */
  async prepare(senders: readonly string[]): Promise<void> {
    const unknown = senders.filter((sender) => !this.bySender.has(sender));
    if (unknown.length === 0) return;
    const { services, id, commits } = this.activation;
    // An actor that never committed has handled nothing.
    const marks = commits.version === 0 ? [] : await services.store.marks(id, unknown);
    unknown.forEach((sender, i) => {
      // Who has asked meanwhile, and noted since, knows more.
      if (!this.bySender.has(sender)) this.bySender.set(sender, { low: marks[i]?.low ?? 0, ids: new Set(marks[i]?.ids) });
    });
  }

  /** Committed. */
  note({ sender, low, ids }: SenderMark): void {
    const known = this.bySender.get(sender);
    if (!known) return;
    for (const id of ids) known.ids.add(id);
    if (low <= known.low) return;
    known.low = low;
    for (const id of known.ids) if (id < low) known.ids.delete(id);
  }
}
