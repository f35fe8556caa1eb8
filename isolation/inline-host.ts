import type { ClassMetadata } from '../decorators/index.js';
import type { Codec } from '../protocol/codec/index.js';
import { UnknownMethodError } from '../protocol/errors/index.js';
import type { StagedChanges } from '../protocol/ports/component-host.js';
import { createContext } from '../sdk/context/create-context.js';
import { runInTurn, type TurnInfo } from '../sdk/context/turn-scope.js';
import { refuseFunctionFields } from './function-fields.js';
import type { Host, Hosted, HostSpec } from './host.js';
import { NO_STATE, StateTracker, type FieldTracker } from './state-tracker.js';

type Instance = Record<string, unknown>;

/** Runs entities in the silo's own thread: no boundary, nothing copied. For trusted, fast code. */
export class InlineHost implements Host {
  private readonly checked = new Set<ClassMetadata>();

  constructor(private readonly codec: Codec) {}

  create({ metadata, fields, runtime }: HostSpec): Hosted {
    const Class = metadata.target as unknown as new (context: unknown) => Instance;
    const instance = new Class(createContext(metadata, runtime));
    this.checkFields(metadata, instance);
    const state = metadata.state.size > 0 ? new StateTracker(instance, metadata, this.codec, fields) : NO_STATE;
    return new InlineEntity(instance, metadata, state);
  }

  async stop(): Promise<void> {}

  /** Arrow-function fields look like methods but cannot be called: said at the first activation. */
  private checkFields(metadata: ClassMetadata, instance: Instance): void {
    if (this.checked.has(metadata)) return;
    refuseFunctionFields(metadata, instance);
    this.checked.add(metadata);
  }
}

class InlineEntity implements Hosted {
  readonly isApart = false;

  constructor(private readonly instance: Instance, private readonly metadata: ClassMetadata, private readonly state: FieldTracker) {}

  /** The caller has looked the name up in the class's table: this is the only property access by a name from a message. */
  run(method: string, args: readonly unknown[], turn: TurnInfo): unknown {
    const code = this.instance[method];
    // The table may be that of a class that was loaded anew since.
    if (typeof code !== 'function') throw new UnknownMethodError(`${this.metadata.name} has no method '${method}' yet: this instance is older than its class`, { method });
    return runInTurn(turn, () => (code as (...args: readonly unknown[]) => unknown).apply(this.instance, args as unknown[]));
  }

  has(hook: string): boolean {
    return this.metadata.hooks.has(hook as never);
  }

  stage(): StagedChanges {
    return this.state.stage();
  }

  accept(staged: StagedChanges): void {
    this.state.accept(staged);
  }

  rollback(): void {
    this.state.rollback();
  }

  strayed(): readonly string[] {
    return this.state.strayed();
  }

  capture(): ReadonlyMap<string, Uint8Array> {
    return this.state.capture();
  }

  dispose(): void {}
}
