import { expect } from 'chai';
import fc from 'fast-check';
import type { Arena } from '../../examples/arena/actors/arena.js';
import { findWay, type Point } from '../../examples/arena/grid.js';
import { PathFinding } from '../../examples/arena/services/path-finding.js';
import { LAVA, Snapshot, WORLD, type Circle } from '../../examples/arena/shared.js';
import { startTestCluster } from '../../silo/testing/index.js';
import { arenaClasses } from './arena-classes.js';
import { withBots } from './bots.js';

const STRIDE = 5;

/** Places on the straight lines between the corners. */
function steps(corners: readonly Point[]): readonly Point[] {
  return corners.slice(1).flatMap((to, index) => {
    const from = corners[index]!;
    const count = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / STRIDE) || 1;
    return Array.from({ length: count + 1 }, (_, n) => ({ x: from.x + ((to.x - from.x) * n) / count, y: from.y + ((to.y - from.y) * n) / count }));
  });
}

const depth = ({ x, y }: Point): number => Math.max(...LAVA.map((pool: Circle) => pool.radius - Math.hypot(x - pool.x, y - pool.y)));
const length = (corners: readonly Point[]): number => corners.slice(1).reduce((sum, { x, y }, index) => sum + Math.hypot(x - corners[index]!.x, y - corners[index]!.y), 0);

const place = fc.record({ x: fc.integer({ min: 18, max: WORLD.width - 18 }), y: fc.integer({ min: 18, max: WORLD.height - 18 }) });
const dryPlace = place.filter((point) => depth(point) < -30);

describe('examples/arena, ways', () => {
  it('lead there, never into lava, and are longer by no more than the two pools are wide', () => {
    fc.assert(fc.property(dryPlace, dryPlace, (from, to) => {
      const way = [from, ...findWay(from, to)];
      expect(way.at(-1)).to.deep.equal(to);
      expect(Math.max(...steps(way).map(depth)), JSON.stringify(way)).to.be.lessThan(0);
      expect(length(way)).to.be.at.most(length([from, to]) + 320);
    }), { numRuns: 500 });
  });

  it('lead out of lava by a short way, and as near as can be to what lies in it', () => {
    fc.assert(fc.property(place.filter((point) => depth(point) >= 0), dryPlace, (hot, dry) => {
      const [exit] = findWay(hot, dry);
      expect(depth(exit!)).to.be.lessThan(0);
      expect(Math.hypot(exit!.x - hot.x, exit!.y - hot.y)).to.be.at.most(depth(hot) + 80);
      const end = findWay(dry, hot).at(-1)!;
      expect(depth(end)).to.be.lessThan(0);
      expect(Math.hypot(end.x - hot.x, end.y - hot.y)).to.be.at.most(depth(hot) + 80);
    }), { numRuns: 200 });
  });

  it('are straight where nothing is between', () => {
    expect(findWay({ x: 100, y: 900 }, { x: 800, y: 900 })).to.deep.equal([{ x: 800, y: 900 }]);
    expect(findWay({ x: 100, y: 900 }, { x: 100, y: 900 })).to.deep.equal([{ x: 100, y: 900 }]);
  });

  describe('in the game', () => {
    withBots(12);

    it('are found by a service, in plain data', async () => {
      await using cluster = await startTestCluster({ modules: arenaClasses, gateway: { session: 'player' } });
      const [from, to] = [{ x: 200, y: 270 }, { x: 540, y: 270 }];
      expect(await cluster.service(PathFinding).path(from, to)).to.deep.equal(findWay(from, to));
    });

    it('keep twelve bots out of the lava for a minute', async () => {
      await using cluster = await startTestCluster({ modules: arenaClasses, gateway: { session: 'player' } });
      const client = await cluster.client({ id: 'ada' });
      let snapshots = 0;
      const hot: string[] = [];
      await client.actor<Arena>('arena', 'main').on(Snapshot, ({ fighters }) => {
        snapshots += 1;
        for (const [id, x, y] of fighters) if (id.startsWith('bot/') && depth({ x, y }) >= 0) hot.push(`${id} at ${x}, ${y}`);
      });
      await cluster.clock.advance('60s');
      expect(snapshots).to.be.greaterThan(1000);
      expect(hot).to.deep.equal([]);
    });
  });
});
