// Parts. Owns: the panel of the own player's components, its button, and what the last crash showed. Only text, as everywhere.
import type { Mishap } from '../mishaps.js';
import type { CrashReport } from './crash-test.js';
import { describeHealth, type HealthState } from './health-watch.js';

/** Where the code of each runs. */
const PLACES: Readonly<Record<string, string>> = { Health: 'thread', Burning: 'thread', Movement: 'silo', Inventory: 'silo' };

/** The report covers a little of the world: not for ever. */
const REPORT_MS = 20_000;

export class Parts {
  private readonly list = document.getElementById('parts')!;
  private readonly report = document.getElementById('report')!;
  private readonly button = document.getElementById('crash') as HTMLButtonElement;
  private names: readonly string[] = [];
  private isCrashing = false;
  private health: HealthState = { kind: 'running' };
  private reportTimer: ReturnType<typeof setTimeout> | undefined;

  /** `onCrash` crashes Health in the chosen way. */
  constructor(private readonly onCrash: (how: Mishap) => Promise<CrashReport>) {
    const choice = document.getElementById('mishap') as HTMLSelectElement;
    this.button.addEventListener('click', () => {
      // Else the space bar, which strikes, would press it again.
      this.button.blur();
      void this.crash(choice.value as Mishap);
    });
  }

  show(names: readonly string[], health: HealthState): void {
    this.names = names;
    this.health = health;
    this.list.replaceChildren(...names.map((name) => this.entry(name)));
  }

  private async crash(how: Mishap): Promise<void> {
    clearTimeout(this.reportTimer);
    this.update(true, []);
    const lines = await this.onCrash(how).then(linesOf, (error: unknown) => [String(error)]);
    this.update(false, lines);
    this.reportTimer = setTimeout(() => this.report.replaceChildren(), REPORT_MS);
  }

  private update(isCrashing: boolean, lines: readonly string[]): void {
    this.isCrashing = isCrashing;
    this.button.disabled = isCrashing;
    this.report.replaceChildren(...lines.map((line) => textElement('p', '', line)));
    this.show(this.names, this.health);
  }

  private entry(name: string): HTMLElement {
    const item = document.createElement('li');
    const isSound = name !== 'Health' || (!this.isCrashing && this.health.kind === 'running');
    const shown: HealthState = isSound ? { kind: 'running' } : this.health.kind === 'running' ? { kind: 'away' } : this.health;
    item.className = shown.kind;
    item.append(textElement('span', 'who', name), textElement('span', 'place', isSound ? `${PLACES[name] ?? ''} · running` : describeHealth(shown)));
    return item;
  }
}

function linesOf({ error, awayMs, refusal, hpBefore, hpAfter, meanwhile, neighborMs }: CrashReport): readonly string[] {
  const answers = Object.entries(meanwhile).map(([name, { count }]) => `${name} ${count}×`).join(', ');
  const slowestMs = Math.max(...Object.values(meanwhile).map((each) => each.slowestMs));
  return [
    error,
    awayMs === undefined ? refusal ?? '' : `Back after ${Math.round(awayMs)} ms. hp: ${hpBefore} before, ${hpAfter} after.`,
    `Answered meanwhile: ${answers}, within ${Math.round(slowestMs)} ms.`,
    ...(neighborMs === undefined ? [] : [`A neighbor's health, in the same thread: ${Math.round(neighborMs)} ms.`]),
  ];
}

function textElement(tag: string, className: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
