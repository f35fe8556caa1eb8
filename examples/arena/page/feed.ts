// Feed. Owns: who got whom, as the scoreboard has counted it: the newest at the bottom.
import type { Fell } from '../shared.js';
import { colorOf, nameOf } from './names.js';

const LISTED = 5;

export class Feed {
  private readonly known = new Map<number, Fell>();
  /** How many have died, as far as this page knows. */
  deaths = 0;

  /** In any order, and more than once: each has its number. */
  add(...deaths: readonly Fell[]): void {
    for (const fell of deaths) {
      this.known.set(fell.number, fell);
      this.deaths = Math.max(this.deaths, fell.number);
    }
    for (const number of this.known.keys()) if (number <= this.deaths - LISTED) this.known.delete(number);
    const shown = [...this.known.values()].sort((a, b) => a.number - b.number);
    document.getElementById('feed')!.replaceChildren(...shown.map(line));
    document.getElementById('deaths')!.textContent = String(this.deaths);
  }
}

function line({ who, by }: Fell): HTMLLIElement {
  const item = document.createElement('li');
  item.append(by === 'lava' ? 'the lava' : name(by), ' got ', name(who));
  return item;
}

function name(id: string): HTMLElement {
  const shown = document.createElement('b');
  shown.textContent = nameOf(id);
  shown.style.color = colorOf(id);
  return shown;
}
