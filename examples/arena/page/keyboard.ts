import { Vec2 } from '../shared.js';

const WAYS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
  KeyA: [-1, 0], KeyD: [1, 0], KeyW: [0, -1], KeyS: [0, 1],
};

export interface KeyboardListener {
  /** Only when it has changed. */
  onHeading(heading: Vec2): void;
  onStrike(): void;
  onMedkit(): void;
}

/** The keys that are down: arrows or WASD to run, space to strike, E for a medkit. */
export class Keyboard {
  private readonly down = new Set<string>();
  private lastHeading = new Vec2();

  constructor(private readonly listener: KeyboardListener) {
    window.addEventListener('keydown', (event) => this.onKey(event, true));
    window.addEventListener('keyup', (event) => this.onKey(event, false));
    // Keys that are let go elsewhere are never heard of.
    window.addEventListener('blur', () => this.release());
  }

  get heading(): Vec2 {
    const ways = [...this.down].map((code) => WAYS[code] ?? [0, 0]);
    const sum = (axis: 0 | 1): number => Math.sign(ways.reduce((total, way) => total + way[axis], 0));
    return new Vec2(sum(0), sum(1)).limited();
  }

  private onKey(event: KeyboardEvent, isDown: boolean): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code in WAYS) {
      event.preventDefault();
      if (isDown) this.down.add(event.code);
      else this.down.delete(event.code);
      this.tell();
    } else if (isDown && !event.repeat) {
      if (event.code === 'Space') this.listener.onStrike();
      if (event.code === 'KeyE') this.listener.onMedkit();
    }
  }

  private release(): void {
    this.down.clear();
    this.tell();
  }

  private tell(): void {
    const { heading } = this;
    if (heading.x === this.lastHeading.x && heading.y === this.lastHeading.y) return;
    this.lastHeading = heading;
    this.listener.onHeading(heading);
  }
}
