import { actorTypeName, componentTypeName } from '../../decorators/index.js';
import { printEntityId, type EntityId } from '../../protocol/actor-id.js';
import type { Codec } from '../../protocol/codec/index.js';
import type { CallOptions } from '../../sdk/author/index.js';
import { CancelledError } from '../../protocol/errors/index.js';
import { currentTurn, openTurn } from '../../sdk/context/turn-scope.js';
import type { HandleCaller } from '../../sdk/handle.js';
import type { ThreadLine } from './thread-line.js';
import { ThreadTurn } from './thread-turn.js';

/** Stands for whichever instance the thread has. */
export const ANY_INSTANCE = 0;
const MANAGED = ['activation', 'deactivate', 'destroy', 'components', 'migrate', 'addComponent', 'removeComponent'] as const;

/** What stands behind handles in a thread: its silo. */
export class ThreadHandleCaller implements HandleCaller {
  constructor(private readonly line: ThreadLine, private readonly codec: () => Codec) {}

  async call(target: EntityId, method: string, args: unknown[], options: CallOptions, mode: 'call' | 'oneWay'): Promise<unknown> {
    const { signal, ...others } = options;
    const wish = [target, method, this.copy(target, method, args), others, mode];
    if (signal?.aborted) throw new CancelledError(`${printEntityId(target)}.${method}: cancelled by its caller`, { cause: signal.reason });
    return this.line.ask(this.instance(), 'call', wish, signal);
  }

  async tell(target: EntityId, method: string, args: unknown[], { signal: _, ...options }: CallOptions): Promise<void> {
    await this.line.ask(this.instance(), 'tell', [target, method, this.copy(target, method, args), options]);
  }

  async send(target: EntityId, event: object): Promise<void> {
    await this.line.ask(this.instance(), 'sendEvent', [target, this.copy(target, 'send', [event])[0]]);
  }

  async bind(target: EntityId, event: string, listener: EntityId, bound: boolean): Promise<void> {
    await this.line.ask(this.instance(), 'bind', [target, event, listener, bound]);
  }

  componentName(classOrName: unknown): string {
    return componentTypeName(classOrName);
  }

  typeName(classOrName: unknown): string {
    return actorTypeName(classOrName);
  }

  manage(target: EntityId, { signal: _, ...options }: CallOptions): object {
    const verb = (name: string) => (...args: unknown[]): Promise<unknown> => {
      const named = name === 'addComponent' ? [componentTypeName(args[0]), ...args.slice(1)] : args;
      return this.line.ask(this.instance(), 'manage', [target, options, name, this.copy(target, name, named)]);
    };
    return Object.fromEntries(MANAGED.map((name) => [name, verb(name)]));
  }

  private copy(target: EntityId, method: string, args: unknown[]): unknown[] {
    const turn = currentTurn();
    // The name is for the error alone: it is not built on every call.
    if (turn && !turn.isOpen) openTurn(`${printEntityId(target)}.${method}`);
    return this.codec().copy(args, 'args');
  }

  /** Whose code calls. Outside any turn any instance of the thread will do: its silo makes the call as nobody's. */
  private instance(): number {
    const turn = currentTurn();
    return turn instanceof ThreadTurn ? turn.instance : ANY_INSTANCE;
  }
}
