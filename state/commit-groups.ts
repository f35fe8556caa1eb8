// CommitGroups. Owns: the commits that have not left for Redis yet: those of one tick leave as one command.
//   CG1. Each is answered for itself. What fails in company is sent again alone, and says then what is wrong; a unit that was applied changes nothing.
//   CG2. On a Redis Cluster each goes alone: their keys are of different slots.
//   CG3. One that cannot be written down rejects alone: of it nothing is in what the others send.
import type { CommitRequest, CommitResult } from '../protocol/ports/state-store.js';
import { CommitArguments } from './commit-arguments.js';
import { PackedArguments } from './packed-arguments.js';
import type { RedisKeys } from './redis-keys.js';
import { readCommit, readList, readText } from './redis-replies.js';
import type { KeyedExecutor } from './replicated-executor.js';

/** Of one command: while it runs, Redis does nothing else. */
const MOST_UNITS = 64;
const MOST_BYTES = 200_000;

interface Waiting {
  readonly request: CommitRequest;
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: unknown) => void;
}

/** What leaves together. */
interface Group {
  readonly units: Waiting[];
  readonly keys: string[];
  /** Where their number belongs. */
  readonly list: number;
}

export class CommitGroups {
  private readonly packed = new PackedArguments();
  private group: Group | undefined;

  constructor(private readonly executor: KeyedExecutor, private readonly keys: RedisKeys, private readonly isCluster: boolean) {}

  commit(request: CommitRequest): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      const group = this.add({ request, resolve, reject });
      if (this.isCluster || group.units.length === MOST_UNITS || this.packed.size >= MOST_BYTES) this.send();
      else if (group.units.length === 1) process.nextTick(this.send);
    });
  }

  private add(waiting: Waiting): Group {
    const group = (this.group ??= { units: [], keys: [], list: this.packed.openList() });
    const [size, keys] = [this.packed.size, group.keys.length];
    try {
      new CommitArguments(this.packed, group.keys, this.keys.actor(waiting.request.id)).add(waiting.request);
    } catch (error) {
      // CG3.
      this.packed.cut(size);
      group.keys.length = keys;
      throw error;
    }
    group.units.push(waiting);
    return group;
  }

  private readonly send = (): void => {
    const { group } = this;
    if (!group?.units.length) return;
    this.group = undefined;
    this.packed.endList(group.list, group.units.length);
    const sent = this.executor.run('commit-unit', group.keys, [this.packed.take()]);
    sent.then((reply) => this.answer(group.units, readList(reply))).catch((error: unknown) => this.fail(group.units, error));
  };

  private answer(units: readonly Waiting[], replies: readonly unknown[]): void {
    units.forEach((unit, i) => {
      try {
        if (readText(readList(replies[i])[0]) === 'FAILED') this.sendAlone(unit);
        else unit.resolve(readCommit(replies[i]));
      } catch (error) {
        unit.reject(error);
      }
    });
  }

  /** All of them failed, or nobody knows. */
  private fail(units: readonly Waiting[], error: unknown): void {
    for (const unit of units) unit.reject(error);
  }

  /** CG1. */
  private sendAlone(unit: Waiting): void {
    this.send();
    this.add(unit);
    this.send();
  }
}
