// Random changes to a hero's components and tags, and everything that can be seen of them: what must be the same wherever the hero is next.
import type { Handle } from '../../sdk/index.js';
import type { SeededRandom } from '../../silo/testing/seeded-random.js';
import { Belt, Burning, type Hero } from './hero.js';

const TAGS = ['hot', 'cold', 'blue', 'team'];

export interface HeroSnapshot {
  readonly components: readonly string[];
  readonly states: readonly unknown[];
  /** Components that `findAll` finds by the tag. */
  readonly byTag: Readonly<Record<string, readonly string[]>>;
  /** The actor's own tags. */
  readonly own: readonly string[];
  /** Tags by which `findActors` finds it. */
  readonly found: readonly string[];
}

/** Reads only. */
export async function lookAt(hero: Handle<Hero>): Promise<HeroSnapshot> {
  const components = (await hero.manage.components()).map(({ id }) => id.component!);
  const states: unknown[] = [];
  for (const name of components.filter((each) => each.startsWith('Burning'))) states.push(await hero.getComponent<Burning>(name).feel());
  const byTag: Record<string, readonly string[]> = {};
  const own: string[] = [];
  const found: string[] = [];
  for (const tag of TAGS) {
    byTag[tag] = await hero.found(tag);
    if (await hero.has(tag)) own.push(tag);
    if ((await hero.look({ tag, type: 'hero' })).includes(hero.toString())) found.push(tag);
  }
  return { components, states, byTag, own, found };
}

/** The tags by which `findActors` ought to find it: no class here has one of these. */
export function expectedFinds({ own, byTag }: HeroSnapshot): readonly string[] {
  return TAGS.filter((tag) => own.includes(tag) || byTag[tag]!.length > 0);
}

/** One change, of which some fail on purpose. */
export async function changeHero(hero: Handle<Hero>, random: SeededRandom): Promise<void> {
  const handles = await hero.manage.components();
  const removable = handles.filter(({ id }) => id.component !== 'Belt' || random.chance(0.1));
  const hasBelt = handles.some(({ id }) => id.component === 'Belt');
  const tag = (): string => random.pick(TAGS);
  const how = random.next();
  const change = how < 0.4 ? hero.add('Burning', { tags: random.chance(0.5) ? [tag()] : [], args: [random.below(100)] }, random.chance(0.2))
    : how < 0.6 && removable.length > 0 ? hero.remove(random.pick(removable), random.chance(0.3))
    : how < 0.8 || !hasBelt ? hero.tag([tag()], [tag()], random.chance(0.2))
    : how < 0.9 ? hero.getComponent(Belt).tag([tag()], [tag()])
    : hero.getComponent(Burning).stoke();
  await change.catch(() => undefined);
}
