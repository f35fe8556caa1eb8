// Grid. Owns: the ground as squares, and the shortest way over them around the lava. Plain code, as world.ts.
import { BODY, LAVA, WORLD } from './shared.js';

/** A place, as plain data. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

const SIDE = 40;
const COLUMNS = WORLD.width / SIDE;
const ROWS = WORLD.height / SIDE;
const STEPS = [[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [1, -1], [-1, 1], [-1, -1]] as const;
/** How far from lava a way stays. */
const BERTH = BODY + 8;
/** A step from one square to the next passes lava by so much less than their middles do. */
const SLACK = 4;

interface Square extends Point {
  readonly column: number;
  readonly row: number;
}

/** A square as the search has reached it. */
interface Visit {
  readonly square: Square;
  readonly before: Visit | undefined;
  readonly length: number;
  /** At least so long is the whole way. */
  readonly bound: number;
}

const squares: readonly Square[] = Array.from({ length: COLUMNS * ROWS }, (_, index) => {
  const [column, row] = [index % COLUMNS, Math.floor(index / COLUMNS)];
  return { column, row, x: (column + 0.5) * SIDE, y: (row + 0.5) * SIDE };
});
const dry = squares.filter((square) => isDry(square, BERTH));
const drySet: ReadonlySet<Square> = new Set(dry);

/** The corners of a short way from here to there, the end included. Where one of them is in lava, the way is from, or to, the nearest place that is not. */
export function findWay(from: Point, to: Point): readonly Point[] {
  const start = isDry(from, BERTH - SLACK) ? from : nearest(from);
  const end = isDry(to, BERTH - SLACK) ? to : nearest(to);
  const way = isClear(start, end) ? [start, end] : straighten([start, ...search(nearest(start), nearest(end)), end]);
  return (start === from ? way.slice(1) : way).map(({ x, y }) => ({ x, y }));
}

/** Whether nothing hot is near the straight line from `a` to `b`. */
export function isClear(a: Point, b: Point): boolean {
  return LAVA.every((pool) => distanceToLine(pool, a, b) >= pool.radius + BERTH - SLACK);
}

/** A*. */
function search(start: Square, goal: Square): readonly Square[] {
  const open = new Map<Square, Visit>([[start, { square: start, before: undefined, length: 0, bound: distance(start, goal) }]]);
  const closed = new Set<Square>();
  for (;;) {
    let best: Visit | undefined;
    for (const visit of open.values()) if (!best || visit.bound < best.bound) best = visit;
    if (!best) return [];
    if (best.square === goal) return trace(best);
    open.delete(best.square);
    closed.add(best.square);
    for (const square of neighbors(best.square)) {
      const length = best.length + distance(best.square, square);
      if (closed.has(square) || (open.get(square)?.length ?? Infinity) <= length) continue;
      open.set(square, { square, before: best, length, bound: length + distance(square, goal) });
    }
  }
}

function neighbors({ column, row }: Square): readonly Square[] {
  return STEPS.flatMap(([dx, dy]) => {
    const [x, y] = [column + dx, row + dy];
    const square = x >= 0 && x < COLUMNS && y >= 0 && y < ROWS ? squares[y * COLUMNS + x] : undefined;
    return square && drySet.has(square) ? [square] : [];
  });
}

function trace(last: Visit): readonly Square[] {
  const way: Square[] = [];
  for (let visit: Visit | undefined = last; visit; visit = visit.before) way.unshift(visit.square);
  return way;
}

/** Leaves out what lies between two places of which one can be seen from the other. */
function straighten(way: readonly Point[]): readonly Point[] {
  const kept = [way[0]!];
  for (let index = 1; index < way.length - 1; index++) if (!isClear(kept.at(-1)!, way[index + 1]!)) kept.push(way[index]!);
  return [...kept, way.at(-1)!];
}

function nearest(to: Point): Square {
  return dry.reduce((best, square) => (distance(square, to) < distance(best, to) ? square : best));
}

function isDry(point: Point, berth: number): boolean {
  return LAVA.every((pool) => distance(point, pool) >= pool.radius + berth);
}

function distanceToLine(point: Point, a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const square = dx * dx + dy * dy;
  const share = square === 0 ? 0 : Math.min(1, Math.max(0, ((point.x - a.x) * dx + (point.y - a.y) * dy) / square));
  return Math.hypot(a.x + share * dx - point.x, a.y + share * dy - point.y);
}

function distance(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}
