// PretendedThreads: threads without threads. The thread's side runs in this process, behind a port that copies as a real one does, in virtual time;
// so a run is repeated by its seed, and a thread dies when the test says so. Code of a dead one goes on, and nobody hears it.
import type { MessagePort } from 'node:worker_threads';
import type { PackedBatch } from '../../isolation/packed-batch.js';
import type { BeginLife, Life, LifeListener } from '../../isolation/thread-life.js';
import { HEARD, LAST_BEGUN, READY, SHARED_WORDS } from '../../isolation/thread-messages.js';
import { ComponentWorker } from '../../isolation/thread/component-worker.js';
import { Instances } from '../../isolation/thread/instances.js';
import { ThreadClasses } from '../../isolation/thread/thread-classes.js';
import { ThreadHandleCaller } from '../../isolation/thread/thread-handles.js';
import { ThreadLine } from '../../isolation/thread/thread-line.js';
import { createCodec, type Codec } from '../../protocol/codec/index.js';
import { runOutsideTurns } from '../../sdk/context/turn-scope.js';
import { createHandleFactory, handleReferences } from '../../sdk/handle.js';

export class PretendedThreads {
  readonly alive = new Set<PretendedLife>();

  /** `onKilled`: the objects whose code nobody hears any more. */
  constructor(private readonly classes: readonly unknown[], private readonly onKilled: (instances: readonly object[]) => void) {}

  readonly begin: BeginLife = (_plan, _parts, listener) => {
    const life = new PretendedLife(ThreadClasses.of(this.classes), listener, () => {
      this.alive.delete(life);
      this.onKilled(life.objects);
    });
    this.alive.add(life);
    return life;
  };
}

export class PretendedLife implements Life {
  isReady = false;
  readonly objects: object[] = [];
  private readonly shared = new Int32Array(SHARED_WORDS);
  private isOver = false;
  private hear: (batch: PackedBatch) => void = () => undefined;

  constructor(classes: ThreadClasses, private readonly listener: LifeListener, private readonly onOver: () => void) {
    const port = {
      postMessage: (batch: PackedBatch): void => this.deliver(batch, (copy) => listener.heard(copy)),
      on: (_event: string, hear: (batch: PackedBatch) => void) => (this.hear = hear),
    };
    const line = new ThreadLine(port as unknown as MessagePort, () => codec, this.shared);
    const caller = new ThreadHandleCaller(line, () => codec);
    const handles = createHandleFactory(caller);
    const codec: Codec = createCodec({ references: handleReferences(handles) });
    const instances = new Instances({ line, codec, classes, handles, caller, scratch: { failure: 'none here' } });
    new ComponentWorker(line, codec, this.noting(instances), this.shared).listen(port as unknown as MessagePort);
    line.out.write(READY, undefined);
  }

  get lastBegun(): number {
    return this.shared[LAST_BEGUN]!;
  }

  post(batch: PackedBatch): void {
    this.deliver(batch, (copy) => this.hear(copy));
  }

  ready(): void {
    this.isReady = true;
  }

  look(): void {}

  answered(): void {}

  acknowledge(count: number): void {
    this.shared[HEARD]! += count;
  }

  kill(reason: Error): void {
    if (this.isOver) return;
    this.isOver = true;
    this.onOver();
    this.listener.died(reason, undefined);
  }

  async end(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    this.onOver();
  }

  /** A port's message comes in no turn, and after whatever runs now. */
  private deliver(batch: PackedBatch, hear: (copy: PackedBatch) => void): void {
    if (this.isOver) return;
    const copy = structuredClone(batch);
    runOutsideTurns(() => queueMicrotask(() => {
      if (!this.isOver) hear(copy);
    }));
  }

  private noting(instances: Instances): Instances {
    const create = instances.create.bind(instances);
    instances.create = (creation) => {
      const failure = create(creation);
      const made = instances.get(creation.number);
      if (made) this.objects.push(made.object);
      return failure;
    };
    return instances;
  }
}
