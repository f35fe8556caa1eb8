// Painter. Owns: the canvas. Draws one scene, scaled so that the whole world fits in.
import { BODY, LAVA, MAX_HP, SPRING, WORLD, type Circle, type ItemRow } from '../shared.js';
import { Effects } from './effects.js';
import { drawFlames } from './flames.js';
import { colorOf, isBot, nameOf, siloColor } from './names.js';
import type { Figure, Scene } from './timeline.js';

/** Around the world: whoever stands at its edge has a name above the head. */
const MARGIN = 34;
const GRID = 100;

export class Painter {
  private readonly context: CanvasRenderingContext2D;
  private readonly effects = new Effects();
  /** Pixels of the page per unit of the world. */
  private scale = 1;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext('2d')!;
  }

  draw(scene: Scene | undefined, me: string, nowMs: number): void {
    this.fit();
    this.drawGround(nowMs);
    if (!scene) return;
    this.effects.notice(scene, nowMs, colorOf);
    for (const item of scene.items) this.drawItem(item, nowMs);
    for (const fighter of scene.fighters) if (fighter.id !== me) this.drawFighter(fighter, false, scene.silos);
    for (const fighter of scene.fighters) if (fighter.id === me) this.drawFighter(fighter, true, scene.silos);
    for (const { x, y, burning } of scene.fighters) if (burning) drawFlames(this.context, x, y, nowMs);
    this.effects.draw(this.context, nowMs);
  }

  /** World coordinates from here on, in the middle of the canvas, sharp on every screen. */
  private fit(): void {
    const { canvas, context } = this;
    const ratio = window.devicePixelRatio;
    const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const scale = Math.min(width / (WORLD.width + 2 * MARGIN), height / (WORLD.height + 2 * MARGIN));
    this.scale = scale / ratio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.setTransform(scale, 0, 0, scale, (width - WORLD.width * scale) / 2, (height - WORLD.height * scale) / 2);
  }

  private drawGround(nowMs: number): void {
    const { context } = this;
    context.fillStyle = '#111827';
    context.beginPath();
    context.roundRect(0, 0, WORLD.width, WORLD.height, 26);
    context.fill();
    context.strokeStyle = '#1b2536';
    context.lineWidth = 1;
    context.beginPath();
    for (let x = GRID; x < WORLD.width; x += GRID) line(context, x, 0, x, WORLD.height);
    for (let y = GRID; y < WORLD.height; y += GRID) line(context, 0, y, WORLD.width, y);
    context.stroke();
    const pulse = 0.5 + 0.5 * Math.sin(nowMs / 600);
    for (const pool of LAVA) this.drawPool(pool, ['#ffd166', '#f3722c', '#7f1d1d'], pulse);
    this.drawPool(SPRING, ['#a7f3d0', '#14b8a6', '#134e4a'], 1 - pulse);
  }

  private drawPool({ x, y, radius }: Circle, [hot, warm, cold]: readonly [string, string, string], pulse: number): void {
    const { context } = this;
    const fill = context.createRadialGradient(x, y, radius * 0.1 * (1 + pulse), x, y, radius);
    fill.addColorStop(0, hot);
    fill.addColorStop(0.4 + 0.1 * pulse, warm);
    fill.addColorStop(1, cold);
    context.globalAlpha = 0.75;
    context.shadowColor = warm;
    context.shadowBlur = 24 + 18 * pulse;
    context.fillStyle = fill;
    disc(context, x, y, radius);
    context.shadowBlur = 0;
    context.globalAlpha = 1;
  }

  private drawItem([kind, x, y]: ItemRow, nowMs: number): void {
    const { context } = this;
    if (kind === 'coin') {
      const turn = Math.abs(Math.cos(nowMs / 500 + x)) * 0.75 + 0.25;
      context.fillStyle = '#fbbf24';
      context.strokeStyle = '#b45309';
      context.lineWidth = 2;
      context.beginPath();
      context.ellipse(x, y, 9 * turn, 9, 0, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    } else {
      context.fillStyle = '#f8fafc';
      context.beginPath();
      context.roundRect(x - 11, y - 11, 22, 22, 5);
      context.fill();
      context.fillStyle = '#ef4444';
      context.fillRect(x - 7, y - 2.5, 14, 5);
      context.fillRect(x - 2.5, y - 7, 5, 14);
    }
  }

  private drawFighter({ id, x, y, hp, silo }: Figure, isMe: boolean, silos: readonly string[]): void {
    const { context } = this;
    const color = colorOf(id);
    context.globalAlpha = hp === 0 ? 0.25 : 1;
    context.fillStyle = color;
    context.shadowColor = color;
    context.shadowBlur = isBot(id) ? 0 : 22;
    disc(context, x, y, isBot(id) ? BODY - 3 : BODY);
    context.shadowBlur = 0;
    context.strokeStyle = siloColor(silos[silo]);
    context.lineWidth = isMe ? 5 : 4;
    context.stroke();
    if (isMe) halo(context, x, y);
    if (hp === 0) cross(context, x, y);
    context.textAlign = 'center';
    // Names keep their size however small the world is drawn.
    context.font = `${isMe ? 700 : 500} ${(isBot(id) ? 10.5 : 13) / this.scale}px system-ui, sans-serif`;
    context.fillStyle = isBot(id) ? '#94a3b8' : '#f1f5f9';
    context.fillText(nameOf(id), x, y - 36);
    drawBar(context, x, y - 29, hp / MAX_HP);
    context.globalAlpha = 1;
  }
}

function drawBar(context: CanvasRenderingContext2D, x: number, y: number, share: number): void {
  context.fillStyle = 'rgb(0 0 0 / 55%)';
  context.fillRect(x - 20, y, 40, 5);
  context.fillStyle = `hsl(${130 * share} 75% 52%)`;
  context.fillRect(x - 20, y, 40 * share, 5);
}

function disc(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

/** Oneself: a white ring around the silo's. */
function halo(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.strokeStyle = '#ffffff';
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, BODY + 5, 0, 2 * Math.PI);
  context.stroke();
}

function cross(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath();
  line(context, x - 7, y - 7, x + 7, y + 7);
  line(context, x - 7, y + 7, x + 7, y - 7);
  context.stroke();
}

function line(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
}
