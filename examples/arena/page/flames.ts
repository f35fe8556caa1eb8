import { BODY } from '../shared.js';

const TONGUES = 7;
const COLORS = ['#f3722c', '#f9a03f', '#ffe08a'] as const;

/** Fire on a fighter: a ring of tongues that flicker upwards, hotter towards the middle. */
export function drawFlames(canvas: CanvasRenderingContext2D, x: number, y: number, nowMs: number): void {
  canvas.globalAlpha = 0.9;
  for (const [layer, color] of COLORS.entries()) {
    canvas.fillStyle = color;
    for (let tongue = 0; tongue < TONGUES; tongue++) {
      const across = ((tongue + 0.5) / TONGUES - 0.5) * 2;
      const flicker = 0.75 + 0.25 * Math.sin(nowMs / 90 + tongue * 2.4 + layer);
      const foot = y + BODY * Math.sqrt(1 - across * across) * 0.8;
      drawTongue(canvas, x + across * BODY, foot, (54 - 14 * layer) * flicker * (1.2 - Math.abs(across) / 2), 6 - 1.6 * layer);
    }
  }
  canvas.globalAlpha = 1;
}

function drawTongue(canvas: CanvasRenderingContext2D, x: number, y: number, height: number, width: number): void {
  canvas.beginPath();
  canvas.moveTo(x - width, y);
  canvas.quadraticCurveTo(x - width, y - height / 2, x, y - height);
  canvas.quadraticCurveTo(x + width, y - height / 2, x + width, y);
  canvas.quadraticCurveTo(x, y + width, x - width, y);
  canvas.fill();
}
