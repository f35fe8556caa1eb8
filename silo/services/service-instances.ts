// ServiceInstances. Owns: one silo's instances of one service: one for each of its threads, made at the first call.
//   V1. Calls run on an instance once its `onActivate` has ended; when that fails they fail, and the next call begins anew. So after a crash of its
//       thread, where the instance is made anew.
//   V2. The end: running turns first, then `onDeactivate`; each wait for user code is bounded.
//   V3. Instances of a class that was loaded anew end as soon as no turn needs them.
//   V4. Whoever waits for `onActivate` waits in sight of the search for circles.
import type { ServiceMetadata } from '../../decorators/index.js';
import { serviceId } from '../../protocol/actor-id.js';
import { ActivationFailedError } from '../../protocol/errors/index.js';
import type { Hosted } from '../../isolation/host.js';
import type { DeactivationReason } from '../../sdk/author/index.js';
import { runOutsideTurns } from '../../sdk/context/turn-scope.js';
import type { SiloServices } from '../activation/silo-services.js';
import { CallChain } from '../turns/call-chain.js';
import { PendingCall } from '../turns/pending-call.js';
import { Turn } from '../turns/turn.js';
import { SYSTEM_TURN } from '../turns/turn-mode.js';
import { endsWithin } from '../ends-within.js';
import { awaitHook } from '../turns/hook-wait.js';
import { ServiceWatch } from './service-watch.js';
import type { SiloServiceRuntime } from './silo-service-runtime.js';

/** How long the constructor and `onActivate` may take together. */
const BEGIN_LIMIT_MS = 30_000;
const END_LIMIT_MS = 10_000;
const NO_FIELDS: ReadonlyMap<string, Uint8Array> = new Map();

/** One instance, and how many turns run on it. */
export interface ServiceInstance {
  readonly hosted: Hosted;
  readonly runtime: SiloServiceRuntime;
  turns: number;
}

export class ServiceInstances {
  private ready: readonly ServiceInstance[] = [];
  private beginning: Promise<void> | undefined;
  /** Of the hooks of that. */
  private hooks: CallChain | undefined;
  /** Turns that run on them, or wait for their beginning. */
  private needed = 0;
  private unneeded: (() => void) | undefined;
  private ending: Promise<void> | undefined;

  constructor(private readonly metadata: ServiceMetadata, private readonly services: SiloServices, private readonly newRuntime: () => SiloServiceRuntime) {}

  /** The one with the fewest turns, for a turn that has begun. Rejects also when the turn and the beginning wait for each other. */
  take(turn: Turn): ServiceInstance | Promise<ServiceInstance> {
    if (this.ready.length > 0) return leastBusy(this.ready);
    this.beginning ??= runOutsideTurns(() => this.begin(turn.chain)).finally(() => (this.beginning = this.hooks = undefined));
    return this.awaitBeginning(turn, this.beginning);
  }

  /** A turn is about to begin. */
  enter(): void {
    this.needed++;
  }

  /** It has ended, or could not begin. */
  leave(): void {
    if (--this.needed === 0) this.unneeded?.();
  }

  /** V3. Nobody enters any more. Resolves when they have ended. */
  async retire(): Promise<void> {
    if (this.needed > 0) await new Promise<void>((resolve) => (this.unneeded = resolve));
    await this.end('requested');
  }

  /** V2. */
  end(reason: DeactivationReason = 'shutdown'): Promise<void> {
    return (this.ending ??= this.endAll(reason));
  }

  /** V4. */
  private awaitBeginning(turn: Turn, beginning: Promise<void>): Promise<ServiceInstance> {
    return new Promise((resolve, reject) => {
      const endWait = awaitHook(turn, () => this.hooks, this.services.clock.now(), reject);
      void beginning.finally(endWait).then(() => resolve(leastBusy(this.ready)), reject);
    });
  }

  private async endAll(reason: DeactivationReason): Promise<void> {
    const { clock, log } = this.services;
    const instances = this.ready;
    this.ready = [];
    for (const instance of instances) {
      const { hosted } = instance;
      try {
        const ending = this.runHook(hosted, 'onDeactivate', [reason], new CallChain());
        if (ending && !(await endsWithin(clock, ending, END_LIMIT_MS))) log.error({ limitMs: END_LIMIT_MS, service: this.metadata.name }, 'onDeactivate did not end in time: left behind');
      } catch (error) {
        log.error({ err: error, service: this.metadata.name }, 'onDeactivate failed');
      }
      await drop(instance);
    }
  }

  /** V1. */
  private async begin(chain: CallChain): Promise<void> {
    const { isolation, threading: { threads }, name } = this.metadata;
    const made: ServiceInstance[] = [];
    // They may call back into what the call's chain holds.
    const hooks = (this.hooks = new CallChain(chain));
    try {
      const work = async (): Promise<void> => {
        for (let n = 0; n < (isolation === 'inline' ? 1 : threads); n++) {
          const runtime = this.newRuntime();
          const hosted: Hosted = await this.services.host.create({ id: serviceId(name), metadata: this.metadata, fields: NO_FIELDS, runtime });
          made.push({ hosted, runtime, turns: 0 });
          if (hosted.isApart) hosted.watch = new ServiceWatch(this.services.clock, (again) => this.beginAgain(hosted, again));
          await this.runHook(hosted, 'onActivate', [], hooks);
        }
      };
      if (!(await endsWithin(this.services.clock, work(), BEGIN_LIMIT_MS))) throw new Error(`it did not end within ${BEGIN_LIMIT_MS} ms`);
      this.ready = made;
    } catch (cause) {
      for (const instance of made) void drop(instance);
      const failure = new ActivationFailedError(`${name} could not be activated: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
      this.services.log.error({ err: cause, service: name }, 'a service could not be activated');
      throw failure;
    }
  }

  /** V1. Its thread has died, and an instance is made anew. */
  private async beginAgain(hosted: Hosted, chain: CallChain): Promise<void> {
    const { clock, log } = this.services;
    try {
      const work = runOutsideTurns(() => this.runHook(hosted, 'onActivate', [], chain));
      if (work && !(await endsWithin(clock, work, BEGIN_LIMIT_MS))) throw new Error(`onActivate did not end within ${BEGIN_LIMIT_MS} ms`);
    } catch (error) {
      log.error({ err: error, service: this.metadata.name }, 'onActivate failed when the service came back');
      throw error;
    }
  }

  private runHook(hosted: Hosted, hook: 'onActivate' | 'onDeactivate', args: readonly unknown[], chain: CallChain): Promise<void> | undefined {
    if (!hosted.has(hook)) return undefined;
    const id = serviceId(this.metadata.name);
    const call = new PendingCall({ kind: 'hook', target: id, method: hook, args, deadlineMs: Infinity, timeoutMs: Infinity, hops: 0 }, chain, SYSTEM_TURN);
    const turn = new Turn(call, id, undefined, this.services.wallClockOffsetMs);
    const run = async (): Promise<void> => {
      try {
        await hosted.run(hook, args, turn);
      } finally {
        turn.isOpen = false;
      }
    };
    return run();
  }
}

async function drop({ hosted, runtime }: ServiceInstance): Promise<void> {
  await hosted.dispose();
  await runtime.end();
}

function leastBusy(instances: readonly ServiceInstance[]): ServiceInstance {
  return instances.reduce((a, b) => (b.turns < a.turns ? b : a));
}
