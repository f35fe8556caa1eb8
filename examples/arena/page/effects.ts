// Effects. Owns: what flashes up for a moment (strikes, wounds, healing), found by comparing each scene with the one before.
import { REACH } from '../shared.js';
import type { Figure, Scene } from './timeline.js';

const LIFE_MS = { ring: 320, number: 900 } as const;

interface Effect {
  readonly kind: 'ring' | 'number';
  readonly x: number;
  readonly y: number;
  readonly color: string;
  readonly text: string;
  readonly bornMs: number;
}

export class Effects {
  private before = new Map<string, Figure>();
  private alive: Effect[] = [];

  notice(scene: Scene, nowMs: number, colorOf: (id: string) => string): void {
    for (const fighter of scene.fighters) {
      const { id, x, y, hp, strikes } = fighter;
      const last = this.before.get(id);
      if (!last) continue;
      if (strikes > last.strikes) this.alive.push({ kind: 'ring', x, y, color: colorOf(id), text: '', bornMs: nowMs });
      if (hp < last.hp) this.alive.push({ kind: 'number', x, y, color: '#ff6b6b', text: `−${last.hp - hp}`, bornMs: nowMs });
      if (hp > last.hp && last.hp > 0) this.alive.push({ kind: 'number', x, y, color: '#5eead4', text: `+${hp - last.hp}`, bornMs: nowMs });
    }
    this.before = new Map(scene.fighters.map((fighter) => [fighter.id, fighter]));
    this.alive = this.alive.filter(({ kind, bornMs }) => nowMs - bornMs < LIFE_MS[kind]);
  }

  draw(canvas: CanvasRenderingContext2D, nowMs: number): void {
    for (const effect of this.alive) {
      const age = (nowMs - effect.bornMs) / LIFE_MS[effect.kind];
      canvas.globalAlpha = 1 - age;
      if (effect.kind === 'ring') ring(canvas, effect, age);
      else number(canvas, effect, age);
    }
    canvas.globalAlpha = 1;
  }
}

function ring(canvas: CanvasRenderingContext2D, { x, y, color }: Effect, age: number): void {
  canvas.strokeStyle = color;
  canvas.lineWidth = 5 * (1 - age) + 1;
  canvas.beginPath();
  canvas.arc(x, y, 20 + (REACH - 20) * Math.sqrt(age), 0, 2 * Math.PI);
  canvas.stroke();
}

function number(canvas: CanvasRenderingContext2D, { x, y, color, text }: Effect, age: number): void {
  canvas.fillStyle = color;
  canvas.font = '700 17px system-ui, sans-serif';
  canvas.textAlign = 'center';
  canvas.fillText(text, x, y - 44 - 26 * age);
}
