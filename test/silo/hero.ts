// The actor that tests of changing component sets share, and what can be added to it.
import { Actor, ActorEvent, Component, Every, On, Public, ReadOnly, State, type ActorContext, type ActorQuery, type AddComponentOptions, type AnyHandle, type ComponentContext, type DeactivationReason } from '../../sdk/index.js';

@ActorEvent('hero-shouted')
export class Shouted {
  constructor(readonly text: string) {}
}

/** What the components did, in order. */
export const journal: string[] = [];
/** Where a hook or method waits, by `component.method`; and what it throws. */
export const waits = new Map<string, () => Promise<void> | void>();

async function reach(where: string): Promise<void> {
  await waits.get(where)?.();
}

@Component({ name: 'Belt', isolation: 'inline', tags: ['worn'] })
export class Belt {
  @State() holes = 3;
  constructor(private readonly ctx: ComponentContext<Belt, Hero>) {}
  punch(): number { return ++this.holes; }
  async punchSlowly(): Promise<number> {
    await reach('Belt.punchSlowly');
    return ++this.holes;
  }
  async addBurning(options?: AddComponentOptions): Promise<string> {
    await reach('Belt.addBurning');
    return (await this.ctx.addComponent(Burning, options)).id.component!;
  }
  async askOwner(): Promise<readonly string[]> {
    await reach('Belt.askOwner');
    return this.ctx.owner.names();
  }
  async tag(added: readonly string[], removed: readonly string[] = []): Promise<boolean> {
    this.ctx.tags.add(...added);
    this.ctx.tags.remove(...removed);
    await reach('Belt.tag');
    return [...added, 'worn'].every((tag) => this.ctx.tags.has(tag));
  }
  @ReadOnly() has(tag: string): boolean { return this.ctx.tags.has(tag); }
  onDeactivate(reason: DeactivationReason): void { journal.push(`Belt ends: ${reason}`); }
}

@Component({ name: 'Burning', isolation: 'inline', tags: ['harm'] })
export class Burning {
  @State() heat = 1;
  @State({ save: 'lazy' }) smoke = 0;
  constructor(private readonly ctx: ComponentContext<Burning, Hero>) {}
  async onActivate(): Promise<void> {
    journal.push(`${this.ctx.self.id.component} begins`);
    await reach('Burning.onActivate');
  }
  async onDeactivate(reason: DeactivationReason): Promise<void> {
    journal.push(`${this.ctx.self.id.component} ends: ${reason}`);
    await reach('Burning.onDeactivate');
  }
  stoke(by = 1): number { return (this.heat += by); }
  puff(): number { return ++this.smoke; }
  async stokeSlowly(): Promise<number> {
    await reach('Burning.stokeSlowly');
    return ++this.heat;
  }
  async askOwner(): Promise<readonly string[]> {
    await reach('Burning.askOwner');
    return this.ctx.owner.names();
  }
  async burnOut(): Promise<string> {
    await this.ctx.removeComponent(this.ctx.self);
    this.heat = 99;
    return 'burnt out';
  }
  @Public() @ReadOnly() glow(): number { return this.heat; }
  @ReadOnly() feel(): { heat: number; smoke: number; args: readonly unknown[] } {
    return { heat: this.heat, smoke: this.smoke, args: this.ctx.args };
  }
  @On(Shouted, { from: 'self' }) protected hear({ text }: Shouted): void { journal.push(`${this.ctx.self.id.component} heard ${text}`); }
}

@Component({ name: 'Ticking', isolation: 'inline' })
export class Ticking {
  @State() ticks = 0;
  @Every('100ms') protected tick(): void { this.ticks++; journal.push('tick'); }
}

@Component({ name: 'Broken', isolation: 'inline' })
export class Broken {
  onActivate(): void { throw new RangeError('it never worked'); }
}

/** No module has it. */
@Component({ name: 'Unheard', isolation: 'inline' })
export class Unheard {}

@Actor({ name: 'hero', components: [Belt] })
export class Hero {
  @State() deeds = 0;
  constructor(private readonly ctx: ActorContext<Hero>) {}
  do(): number { return ++this.deeds; }
  async add(name: string, options?: AddComponentOptions, thenFail = false): Promise<string> {
    this.deeds++;
    const handle = await this.ctx.addComponent(name, options);
    await reach('Hero.add');
    if (thenFail) throw new RangeError('after all');
    return handle.id.component!;
  }
  async remove(handle: AnyHandle, thenFail = false): Promise<void> {
    this.deeds++;
    await this.ctx.removeComponent(handle);
    await reach('Hero.remove');
    if (thenFail) throw new RangeError('after all');
  }
  async replace(handle: AnyHandle): Promise<string> {
    await this.ctx.removeComponent(handle);
    return (await this.ctx.addComponent(Burning)).id.component!;
  }
  async addAndUse(): Promise<number> { return (await this.ctx.addComponent(Burning)).stoke(4); }
  async addAndSave(thenFail: boolean): Promise<void> {
    await this.ctx.addComponent(Burning);
    await this.ctx.save();
    await this.ctx.addComponent(Burning);
    if (thenFail) throw new RangeError('after all');
  }
  async shout(text: string, thenRemove?: AnyHandle): Promise<void> {
    await this.ctx.emit(new Shouted(text));
    if (thenRemove) await this.ctx.removeComponent(thenRemove);
  }
  async tag(added: readonly string[], removed: readonly string[] = [], thenFail = false): Promise<void> {
    this.ctx.tags.add(...added);
    this.ctx.tags.remove(...removed);
    await reach('Hero.tag');
    if (thenFail) throw new RangeError('after all');
  }
  async tagAll(tag: string): Promise<void> {
    this.ctx.tags.add(tag);
    await this.ctx.get(Belt)!.tag([tag]);
    await this.ctx.addComponent(Burning, { tags: [tag] });
  }
  async tagTwo(): Promise<void> {
    this.ctx.tags.add('saved');
    await this.ctx.save();
    this.ctx.tags.add('undone');
    throw new RangeError('after all');
  }
  @ReadOnly() has(tag: string): boolean { return this.ctx.tags.has(tag); }
  @ReadOnly() found(tag: string): readonly string[] { return [...this.ctx.findAll(Belt, tag), ...this.ctx.findAll(Burning, tag)].map(({ id }) => id.component!); }
  first(tag: string): string | undefined { return this.ctx.find(Burning, tag)?.id.component; }
  async look(query: ActorQuery): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const handle of this.ctx.findActors(query)) names.push(String(handle));
    return names.sort();
  }
  async lookForHeroes(tag: string): Promise<readonly string[]> { return this.look({ tag, type: Hero }); }
  async end(): Promise<void> { await this.ctx.destroy(); }
  @ReadOnly() tryToTag(): void { this.ctx.tags.add('x'); }
  @ReadOnly() async tryToAdd(): Promise<void> { await this.ctx.addComponent(Burning); }
  @ReadOnly() names(): readonly string[] {
    return [...this.ctx.findAll(Belt), ...this.ctx.findAll(Burning), ...this.ctx.findAll(Ticking)].map(({ id }) => id.component!);
  }
  async nested(thenFail: boolean): Promise<readonly string[]> {
    await (this.ctx.self).add('Burning', {}, thenFail).catch(() => undefined);
    return this.names();
  }
}

/** Makes itself what it is when it wakes. */
@Actor({ name: 'squire', components: [Belt] })
export class Squire {
  constructor(private readonly ctx: ActorContext<Squire>) {}
  async onActivate(): Promise<void> {
    this.ctx.tags.add('young');
    if (!this.ctx.get(Ticking)) await this.ctx.addComponent(Ticking, { tags: ['young'] });
    await reach('Squire.onActivate');
  }
  async onDeactivate(): Promise<void> {
    const burning = this.ctx.get(Burning);
    if (burning) await this.ctx.removeComponent(burning);
    else await this.ctx.addComponent(Burning);
  }
  names(): readonly string[] { return [...this.ctx.findAll(Belt), ...this.ctx.findAll(Burning), ...this.ctx.findAll(Ticking)].map(({ id }) => id.component!); }
}

/** Adds while others do, and waits for nobody. */
@Actor({ name: 'crowd', reentrancy: 'all' })
export class Crowd {
  constructor(private readonly ctx: ActorContext<Crowd>) {}
  async add(thenFail = false): Promise<string> {
    const { id } = await this.ctx.addComponent(Burning);
    await reach(`Crowd.add ${id.component!}`);
    if (thenFail) throw new RangeError('after all');
    return id.component!;
  }
  leave(): void { void this.ctx.addComponent(Burning); }
}

/** Lists what others can be added to. */
@Actor({ name: 'hearth', components: [Burning, Ticking, Broken] })
export class Hearth {}
