// A silo with heroes, and short words for what tests ask of it.
import type { AnyHandle, Handle } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { memorySilo } from '../support/memory-silo.js';
import { WatchedStore } from './account.js';
import { Crowd, Hearth, Hero, Squire, type Burning } from './hero.js';

export type HeroSilo = ReturnType<typeof heroSilo>;

export function heroSilo(store = new WatchedStore()) {
  const clock = new VirtualClock();
  const silo = memorySilo([Hero, Hearth, Squire, Crowd], { store, clock });
  return { ...silo, store, clock, hero: silo.actor(Hero, 'h') };
}

export async function namesOf(hero: Handle<Hero>): Promise<readonly string[]> {
  return (await hero.manage.components()).map(({ id }) => id.component!);
}

export function burning(hero: Handle<Hero>, name = 'Burning'): Handle<Burning> {
  return hero.getComponent<Burning>(name);
}

/** The names of the actors that have the tag. */
export async function found({ runtime }: Pick<HeroSilo, 'runtime'>, tag: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const handle of runtime.findActors({ tag })) names.push((handle as AnyHandle).toString());
  return names.sort();
}
