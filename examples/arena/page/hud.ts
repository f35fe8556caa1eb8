// Hud. Owns: everything on the page that is text. It writes what it is told, and only text: names never become HTML.
import { MAX_HP } from '../shared.js';
import { describeHealth, type HealthState } from './health-watch.js';
import { colorOf, isBot, nameOf, siloColor } from './names.js';
import type { Figure, Scene } from './timeline.js';

const LISTED = 14;

export class Hud {
  private noticeTimer: ReturnType<typeof setTimeout> | undefined;
  private covered: string | undefined = element('overlay-text').textContent ?? undefined;

  /** Covers the game with a message; nothing takes it away. */
  cover(message: string | undefined): void {
    if (message === this.covered) return;
    this.covered = message;
    element('overlay').hidden = message === undefined;
    element('overlay-text').textContent = message ?? '';
  }

  showLatency(ms: number): void {
    element('latency').textContent = `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  }

  /** How many burn, as the cluster's store knows it. */
  showBurning(count: number): void {
    element('burning').textContent = count === 0 ? '' : `${count} burning`;
  }

  /** Says something for a while. */
  notice(message: string): void {
    const box = element('notice');
    box.textContent = message;
    box.classList.add('shown');
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => box.classList.remove('shown'), 3000);
  }

  /** The own one; says what that means for the game. */
  showHealth(health: HealthState): void {
    const box = element('health');
    const isRunning = health.kind === 'running';
    const leftS = health.kind === 'degraded' ? Math.max(0, Math.ceil((health.untilMs - Date.now()) / 1000)) : 0;
    box.className = health.kind;
    box.textContent = isRunning ? '' : `Health is ${describeHealth(health)}${leftS > 0 ? ` (${leftS} s)` : ''}: nobody on this silo is hurt or healed meanwhile. All else goes on.`;
  }

  /** `home`: the silo that runs the arena. `healthOf`: of each fighter. */
  show(scene: Scene, me: string, home: string | undefined, healthOf: (fighter: Figure) => HealthState): void {
    const own = scene.fighters.find(({ id }) => id === me);
    if (own) this.showOwn(own);
    const ranking = [...scene.fighters].sort((a, b) => b.score - a.score || a.id.localeCompare(b.id));
    const listed = ranking.filter(({ id }, place) => place < LISTED || id === me);
    element('roster').replaceChildren(...listed.map((fighter) => entry(fighter, fighter.id === me, healthOf(fighter))));
    const silos = [...new Set([home ?? [], scene.silos].flat())];
    const crowd = (silo: string): number => scene.fighters.filter((fighter) => scene.silos[fighter.silo] === silo).length;
    element('silos').replaceChildren(...silos.map((silo) => siloEntry(silo, crowd(silo), silo === home)));
    const players = scene.fighters.filter(({ id }) => !isBot(id)).length;
    element('count').textContent = `${players} ${players === 1 ? 'player' : 'players'}, ${scene.fighters.length - players} bots`;
  }

  private showOwn({ id, hp, score, medkits }: Figure): void {
    element('name').textContent = nameOf(id);
    element('name').style.color = colorOf(id);
    element('score').textContent = String(score);
    element('medkits').textContent = String(medkits);
    element('hp').textContent = hp === 0 ? 'down' : `${hp} / ${MAX_HP}`;
    const bar = element('hp-bar');
    bar.style.width = `${(100 * hp) / MAX_HP}%`;
    bar.style.background = `hsl(${(130 * hp) / MAX_HP} 70% 48%)`;
  }
}

/** What is not running is said below the name. */
function entry({ id, hp, score }: Figure, isMe: boolean, health: HealthState): HTMLLIElement {
  const item = document.createElement('li');
  item.className = [isMe ? 'me' : '', hp === 0 ? 'down' : '', isBot(id) ? 'bot' : ''].join(' ');
  const dot = span('dot', '');
  dot.style.background = colorOf(id);
  item.append(dot, span('who', nameOf(id)), span('points', String(score)));
  if (health.kind !== 'running') item.append(span(`health ${health.kind}`, `Health ${describeHealth(health)}`));
  return item;
}

/** A silo, how many fighters it runs, and whether it is the arena's. */
function siloEntry(silo: string, fighters: number, isHome: boolean): HTMLLIElement {
  const item = document.createElement('li');
  const dot = span('dot', '');
  dot.style.background = siloColor(silo);
  item.append(dot, span('who', isHome ? `arena: ${silo}` : silo), span('points', String(fighters)));
  return item;
}

function span(className: string, text: string): HTMLSpanElement {
  const made = document.createElement('span');
  made.className = className;
  made.textContent = text;
  return made;
}

function element(id: string): HTMLElement {
  return document.getElementById(id)!;
}
