import { tmpdir } from 'node:os';
import type { ClassMetadata } from '../decorators/index.js';
import type { ThreadParts } from '../isolation/thread-parts.js';
import type { Host, Hosted, HostSpec } from '../isolation/host.js';
import { InlineHost } from '../isolation/inline-host.js';
import { Scratch } from '../isolation/scratch.js';
import type { SpawnGate } from '../isolation/spawn-gate.js';
import type { ThreadReport } from '../isolation/thread-report.js';
import { beginThread } from '../isolation/thread-life.js';
import { WorkerHost, type FilesRefused } from '../isolation/worker-host.js';
import type { Codec } from '../protocol/codec/index.js';
import type { Logger } from '../protocol/ports/index.js';
import { SystemClock } from '../protocol/system-clock.js';
import type { LoadedModules } from './options/modules.js';

/** How threads come to be, and by whose clock. */
export type ThreadMaking = Pick<ThreadParts, 'begin' | 'clock'>;

/** In real time, also where the silo's own is virtual. */
const REAL_THREADS: ThreadMaking = { begin: beginThread, clock: new SystemClock() };

/** What threads can load. */
export type LoadableFiles = Pick<LoadedModules, 'urls' | 'loadable'>;

/** Where the code of one silo's entities runs: each where its class wants to, in a thread if one can load the class, else inline. */
export class Hosts implements Host {
  readonly scratch: Scratch;
  private readonly inline: InlineHost;
  private readonly workers: WorkerHost;
  private readonly loadable: Set<object>;
  private urls: readonly string[];

  constructor(
    files: LoadableFiles | undefined, codec: Codec, log: Logger, random: () => number,
    threads: ThreadMaking = REAL_THREADS, gate?: SpawnGate,
  ) {
    this.loadable = new Set(files?.loadable);
    this.urls = files?.urls ?? [];
    this.scratch = new Scratch(tmpdir(), (err, path) => log.warn({ err, path }, 'temporary files could not be removed'));
    this.inline = new InlineHost(codec);
    this.workers = new WorkerHost({ codec, log, ...threads, random, gate, scratchRoot: () => this.scratch.root() }, this.modulesOf);
  }

  create(spec: HostSpec): Promise<Hosted> | Hosted {
    const isApart = spec.metadata.isolation !== 'inline' && this.modulesOf(spec.metadata) !== undefined;
    return (isApart ? this.workers : this.inline).create(spec);
  }

  /** Rejects with what keeps a thread from loading these files, if anything does. */
  tryModules(urls: readonly string[]): Promise<void> {
    return this.workers.tryModules(urls);
  }

  /** What is in the files by now is what runs, or was refused: threads that could not start because of it begin at once when it is mended. */
  filesJudged(refusal: FilesRefused | undefined): void {
    this.workers.filesJudged(refusal);
  }

  /** Classes that were loaded anew, each with the one whose place it takes. Entities move when they are told to; what threads load is in the files now. */
  renew({ urls, loadable }: LoadableFiles, successors: readonly (readonly [earlier: ClassMetadata, now: ClassMetadata])[]): void {
    this.urls = urls;
    this.workers.filesAdopted();
    for (const target of loadable) this.loadable.add(target);
    for (const [earlier, now] of successors) {
      if (this.loadable.has(earlier.target)) this.loadable.add(now.target);
      this.workers.replace(earlier, now);
    }
  }

  /** What a class is by now, after all that took its place. */
  currentOf<Class extends ClassMetadata>(metadata: Class): Class {
    return this.workers.currentOf(metadata) as Class;
  }

  /** One for each thread. */
  threads(): readonly ThreadReport[] {
    return this.workers.report();
  }

  async stop(): Promise<void> {
    await this.workers.stop();
    await this.inline.stop();
  }

  private readonly modulesOf = ({ target }: ClassMetadata): readonly string[] | undefined => (this.loadable.has(target) ? this.urls : undefined);
}
