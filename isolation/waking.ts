// Waking. Owns: that an instance which is made anew has run `onActivate` before anything else runs on it.
//   K1. The hook is a turn of its own. Turns that come before its end wait for it, and for its commit; those that its own code leads to do not.
//   K2. Where it fails, so do the turns that wait: none of them ran. The instance goes, and the next turn begins with a new one.
//   K3. Where its thread dies in it, those that wait go on to the next life: they had not begun.
//   K4. If the unit that the hook is part of is undone, the instance goes too: what it holds beside its state was made with what is lost.
//   K5. A turn that waits is known to wait: where that closes a circle of calls, the youngest of the circle is given up, which may be this turn.
import { printEntityId } from '../protocol/actor-id.js';
import type { CallerTurn, Chain } from '../protocol/envelope.js';
import { ActivationFailedError, TroupeError } from '../protocol/errors/index.js';
import type { TurnInfo } from '../sdk/context/turn-scope.js';
import type { HostedWatch } from './host.js';
import type { Run } from './thread-turns.js';
import type { WorkerEntity } from './worker-entity.js';

export const FIRST_HOOK = 'onActivate';

export class Waking {
  /** The life of the thread in which the hook ended well. */
  private wokenIn = 0;
  private hook: TurnInfo | undefined;
  private isAsked = false;
  private readonly held = new Map<Run, () => void>();
  /** K4. It changed something, and there was no verdict on that. */
  private isUndecided = false;

  constructor(private readonly entity: WorkerEntity) {}

  private get isAwake(): boolean {
    const { generation, thread } = this.entity;
    return this.wokenIn === generation && generation === thread.generation;
  }

  /** The hook's own turn. Once is enough, whoever was quicker. */
  perform(run: Run): void {
    if (this.isAwake || this.hook) return run.end(false, undefined);
    this.hook = run.turn;
    this.entity.begin({ ...run, end: (failed, value) => this.ended(run, failed, value) });
  }

  /** K1. True: the turn begins later, or fails. */
  holds(run: Run): boolean {
    const { hook, entity } = this;
    if (this.isAwake || run.method === FIRST_HOOK || !entity.watch || (hook && isWithin(run.turn, hook))) return false;
    this.hold(run, entity.watch);
    if (this.held.has(run) && !hook && !this.isAsked) void this.ask(run.turn);
    return true;
  }

  accepted(): void {
    this.isUndecided = false;
  }

  /** K4. */
  undone(): void {
    if (this.isUndecided) this.entity.drop();
    this.isUndecided = false;
  }

  letGo(): void {
    for (const run of this.takeHeld()) this.entity.begin(run);
  }

  /** K5. */
  private hold(run: Run, watch: HostedWatch): void {
    this.held.set(run, () => undefined);
    const end = watch.awaitHook(run.turn, () => this.hook, (error) => {
      if (this.held.delete(run)) run.end(true, error);
    });
    if (this.held.has(run)) this.held.set(run, end);
  }

  /** They wait no longer. */
  private takeHeld(): readonly Run[] {
    const held = [...this.held];
    this.held.clear();
    for (const [, end] of held) end();
    return held.map(([run]) => run);
  }

  private async ask(turn: TurnInfo): Promise<void> {
    const { entity } = this;
    const { thread } = entity;
    const { generation } = thread;
    this.isAsked = true;
    const failure = await entity.watch!.wake(turn).then(() => undefined, (error: unknown) => ({ error }));
    this.isAsked = false;
    // K3.
    if (!failure || generation !== thread.generation || thread.isDegraded) return this.letGo();
    this.hook = undefined;
    entity.drop();
    const refusal = refusalOf(entity, failure.error);
    for (const run of this.takeHeld()) run.end(true, refusal);
  }

  private ended(run: Run, failed: boolean, value: unknown): void {
    const { entity } = this;
    this.hook = undefined;
    this.wokenIn = failed ? 0 : entity.generation;
    this.isUndecided = !failed && entity.isChanged;
    if (failed) entity.drop();
    run.end(failed, value);
    if (!this.isAsked) this.letGo();
  }
}

/** Code of the hook leads to the turn, or an activation does that it made necessary: it waits for it. */
function isWithin(turn: TurnInfo, hook: TurnInfo): boolean {
  for (let caller: CallerTurn | undefined = turn.caller; caller; caller = caller.caller) if (caller === hook) return true;
  for (let chain: Chain | undefined = turn.chain; chain; chain = chain.parent) if (chain.id === hook.chain.id) return true;
  return false;
}

function refusalOf({ id }: WorkerEntity, cause: unknown): Error {
  if (cause instanceof TroupeError && cause.retryable) return cause;
  const what = cause instanceof Error ? cause.message : String(cause);
  return new ActivationFailedError(`${printEntityId(id)} could not be made anew: ${what}; the call did not run`, { cause });
}
