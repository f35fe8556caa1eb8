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
  private readonly loading = new Map<string, Promise<Known>>();

  constructor(private readonly activation: Activation) {}

  /** `sender`: as marks name it. */
  async knows(sender: string, sequence: number): Promise<boolean> {
    const known = this.bySender.get(sender) ?? (await this.load(sender));
    return sequence < known.low || known.ids.has(sequence);
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

  private load(sender: string): Promise<Known> {
    let loading = this.loading.get(sender);
    if (!loading) this.loading.set(sender, (loading = this.ask(sender).finally(() => this.loading.delete(sender))));
    return loading;
  }

  private async ask(sender: string): Promise<Known> {
    const { services, id, commits } = this.activation;
    // An actor that never committed has handled nothing.
    const [mark] = commits.version === 0 ? [undefined] : await services.store.marks(id, [sender]);
    const known = { low: mark?.low ?? 0, ids: new Set(mark?.ids) };
    this.bySender.set(sender, known);
    return known;
  }
}
