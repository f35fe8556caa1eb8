// The actors of the model. A program that writes leaves its id in the state; what an id's being there means, the checker knows.
import { Actor, ActorEvent, CallTimeoutError, Component, ConfigurationError, Interleave, On, ReadOnly, State, type ActorContext, type CallOptions, type ComponentContext, type Handle } from '../../../sdk/index.js';
import { ACTORS, type Program } from './program.js';
import { current } from './witness.js';

export class ModelFailure extends Error {}

@ActorEvent('model-noted')
export class Noted {
  constructor(readonly id: string) {}
}

@Component({ name: 'Vault', isolation: 'inline' })
export class Vault {
  @State() applied: string[] = [];
  constructor(private readonly ctx: ComponentContext<Vault, Model>) {}
  run(program: Program, root: string): Promise<string[]> {
    return perform(this, this.ctx, program, root);
  }
  @Interleave() runBeside(program: Program, root: string): Promise<string[]> {
    return perform(this, this.ctx, program, root);
  }
  @ReadOnly() @Interleave() lookBeside(program: Program, root: string): Promise<string[]> {
    return perform(this, this.ctx, program, root);
  }
  @ReadOnly() look(program: Program, root: string): Promise<string[]> {
    return perform(this, this.ctx, program, root);
  }
  @ReadOnly() count(): number {
    return this.applied.length;
  }
}

@Actor({ name: 'model', components: [Vault], idleAfter: '2s' })
export class Model {
  @State() applied: string[] = [];
  @State() heard: string[] = [];
  @State({ save: 'lazy' }) lazily: string[] = [];
  constructor(private readonly ctx: ActorContext<Model>) {}
  run(program: Program, root: string): Promise<string[]> {
    this.lazily.push(program.id);
    return perform(this, this.ctx, program, root);
  }
  @ReadOnly() look(program: Program, root: string): Promise<string[]> {
    return perform(this, this.ctx, program, root);
  }
  @Interleave() runBeside(program: Program, root: string): Promise<string[]> {
    return this.run(program, root);
  }
  @ReadOnly() @Interleave() lookBeside(program: Program, root: string): Promise<string[]> {
    return perform(this, this.ctx, program, root);
  }
  @On(Noted, { from: 'self' }) protected onNoted(event: Noted): void {
    this.heard.push(event.id);
  }
  @ReadOnly() state(): { applied: string[]; heard: string[]; lazily: string[] } {
    return { applied: this.applied, heard: this.heard, lazily: this.lazily };
  }
}

@Component({ name: 'Vault', isolation: 'inline', reentrancy: 'all' })
class OpenVault extends Vault {}
@Actor({ name: 'model', components: [OpenVault], idleAfter: '2s', reentrancy: 'all' })
class OpenModel extends Model {}

@Component({ name: 'Vault', isolation: 'inline', reentrancy: 'none' })
class ClosedVault extends Vault {}
@Actor({ name: 'model', components: [ClosedVault], idleAfter: '2s', reentrancy: 'none' })
class ClosedModel extends Model {}

@Component({ name: 'Vault', isolation: 'worker' })
class ThreadVault extends Vault {}
@Actor({ name: 'model', components: [ThreadVault], idleAfter: '2s' })
class ThreadModel extends Model {}
@Actor({ name: 'model', components: [ThreadVault], idleAfter: '2s', isolation: 'worker' })
class ApartModel extends Model {}
@Component({ name: 'Vault', isolation: 'worker', reentrancy: 'all' })
class OpenThreadVault extends Vault {}
@Actor({ name: 'model', components: [OpenThreadVault], idleAfter: '2s', isolation: 'worker', reentrancy: 'all' })
class OpenApartModel extends Model {}
@Component({ name: 'Vault', isolation: 'worker', reentrancy: 'none' })
class ClosedThreadVault extends Vault {}
@Actor({ name: 'model', components: [ClosedThreadVault], idleAfter: '2s', isolation: 'worker', reentrancy: 'none' })
class ClosedApartModel extends Model {}

/** The call that a hook makes of another actor, which may wake that, or wait for it. */
async function ask(ctx: ActorContext<Model> | ComponentContext<Vault, Model>, further: number): Promise<void> {
  const index = Number(ctx.key.slice(1));
  const next = ctx.actor<Model>('model', `m${(index + further) % ACTORS}`).with({ timeout: '20s' });
  try {
    await (further % 2 === 0 ? next.state() : next.getComponent<Vault>('Vault').count());
  } catch (error) {
    if (error instanceof CallTimeoutError) current.witness.violations.push(`a circle through onActivate of ${ctx.key} that nobody found`);
    // Some begin all the same.
    if (index % 2 === 0) throw error;
  }
}

const hookedVault = (ctx: ComponentContext<Vault, Model>): Promise<void> => ask(ctx, 1);
const hookedModel = (ctx: ActorContext<Model>): Promise<void> => ask(ctx, 2);

@Component({ name: 'Vault', isolation: 'inline' })
class HookedVault extends Vault {
  constructor(private readonly own: ComponentContext<Vault, Model>) { super(own); }
  onActivate(): Promise<void> { return hookedVault(this.own); }
}
@Actor({ name: 'model', components: [HookedVault], idleAfter: '2s' })
class HookedModel extends Model {
  constructor(private readonly own: ActorContext<Model>) { super(own); }
  onActivate(): Promise<void> { return hookedModel(this.own); }
}
@Component({ name: 'Vault', isolation: 'worker' })
class HookedThreadVault extends HookedVault {}
@Actor({ name: 'model', components: [HookedThreadVault], idleAfter: '2s' })
class HookedThreadModel extends HookedModel {}
@Actor({ name: 'model', components: [HookedThreadVault], idleAfter: '2s', isolation: 'worker' })
class HookedApartModel extends HookedModel {}
@Component({ name: 'Vault', isolation: 'worker', reentrancy: 'all' })
class HookedOpenVault extends HookedVault {}
@Actor({ name: 'model', components: [HookedOpenVault], idleAfter: '2s', isolation: 'worker', reentrancy: 'all' })
class HookedOpenModel extends HookedModel {}
@Component({ name: 'Vault', isolation: 'worker', reentrancy: 'none' })
class HookedClosedVault extends HookedVault {}
@Actor({ name: 'model', components: [HookedClosedVault], idleAfter: '2s', isolation: 'worker', reentrancy: 'none' })
class HookedClosedModel extends HookedModel {}

/** The same actor in every mode: one wire name, one store. In those below `thread` its component, or both, run in (pretended) threads. */
export const MODELS = {
  chain: Model, all: OpenModel, none: ClosedModel, interleave: Model,
  thread: ThreadModel, apart: ApartModel, 'apart-all': OpenApartModel, 'apart-none': ClosedApartModel, 'apart-interleave': ApartModel,
  hooks: HookedModel, 'thread-hooks': HookedThreadModel, 'apart-hooks': HookedApartModel, 'apart-hooks-all': HookedOpenModel, 'apart-hooks-none': HookedClosedModel,
  'apart-hooks-interleave': HookedApartModel,
};

type Target = Pick<Handle<Vault>, 'run' | 'look' | 'runBeside' | 'lookBeside'>;

/** Calls the program's entity. */
export function call(handle: Handle<Model>, program: Program, root: string, options: CallOptions = {}): Promise<string[]> {
  const target: Target = program.part === 'owner' ? handle.with(options) : handle.getComponent<Vault>('Vault').with(options);
  if (program.interleaves) return program.writes ? target.runBeside(program, root) : target.lookBeside(program, root);
  return program.writes ? target.run(program, root) : target.look(program, root);
}

async function perform(self: { applied: string[] }, ctx: ActorContext<Model> | ComponentContext<Vault, Model>, program: Program, root: string): Promise<string[]> {
  const { witness } = current;
  const body = witness.begin(self, root, program);
  try {
    if (program.writes) self.applied.push(program.id);
    for (const step of program.steps) {
      await witness.pause(program.pauseMs);
      const ended = Promise.allSettled(step.map((nested) => call(ctx.actor<Model>('model', `m${nested.actor}`), nested, root).finally(() => witness.callerTold(nested))));
      if (program.forgets) continue;
      const outcomes = await ended;
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed && !program.catches) throw failed.reason;
    }
    await witness.pause(program.pauseMs);
    if (program.emits) await ctx.emit(new Noted(program.id));
    if (program.saves) await save(ctx);
    if (program.saves) await witness.pause(program.pauseMs);
    if (program.fails) throw new ModelFailure(program.id);
    witness.end(self, body, 'completed');
    return self.applied;
  } catch (error) {
    witness.end(self, body, 'threw');
    throw error;
  }
}

/** Refused under an idempotency key. */
async function save(ctx: Pick<ActorContext<Model>, 'save'>): Promise<void> {
  try {
    await ctx.save();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
  }
}
