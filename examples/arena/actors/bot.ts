import { Actor, Every } from 'troupe';
import { Movement } from '../components/movement.js';
import type { Point } from '../grid.js';
import { PathFinding } from '../services/path-finding.js';
import { MAX_HP, REACH, Vec2 } from '../shared.js';
import { freeSpot } from '../world.js';
import type { View } from './arena.js';
import { Fighter } from './fighter.js';

const PACE = 0.6;
const SIGHT = 260;
/** A goal that has moved farther than this is another one. */
const NEAR = 40;
/** A corner so near counts as reached: a bot walks 34 between two thoughts. */
const CORNER = 24;
/** A way is found anew after so many thoughts: something may have thrown the bot off it. */
const WAY_LASTS = 5;

/** A fighter with a mind of its own: five times a second it looks around and decides. Timers alone keep no actor awake, hence `never`. */
@Actor({ name: 'bot', components: Fighter.parts, idleAfter: 'never' })
export class Bot extends Fighter {
  private waypoint = freeSpot();
  private way: readonly Point[] = [];
  private wayEnd = this.waypoint;
  private wayAge = WAY_LASTS;
  private mood: 'fight' | 'gather' | 'wander' = 'wander';

  @Every('200ms')
  protected async think(): Promise<void> {
    const view = await this.arena.look(this.name);
    if (!view) return;
    if (view.hp === 0) return this.stop();
    if (Math.random() < 0.06) this.changeMind();
    if (view.hp < MAX_HP / 2) await this.useMedkit();
    if (view.foe && view.foe.distanceTo(view.at) < REACH * 0.8 && Math.random() < 0.2) await this.strike();
    await this.part(Movement).steer(await this.directionTo(this.goal(view), view.at));
  }

  /** It will come back elsewhere: its way is none from there. */
  private async stop(): Promise<void> {
    if (this.wayAge > WAY_LASTS) return;
    await this.part(Movement).steer(new Vec2());
    this.wayAge = WAY_LASTS + 1;
  }

  private changeMind(): void {
    this.mood = (['fight', 'gather', 'wander'] as const)[Math.floor(Math.random() * 3)] ?? 'wander';
    this.waypoint = freeSpot();
  }

  private goal({ at, foe, item }: View): Vec2 {
    if (this.mood === 'fight' && foe && foe.distanceTo(at) < SIGHT) return foe.distanceTo(at) < REACH / 2 ? at : foe;
    if (this.mood === 'gather' && item) return item;
    if (this.waypoint.distanceTo(at) < 30) this.waypoint = freeSpot();
    return this.waypoint;
  }

  /** By the shortest way around the lava, which a service finds. */
  private async directionTo(goal: Vec2, at: Vec2): Promise<Vec2> {
    if (goal === at) return new Vec2();
    this.wayAge += 1;
    if (this.wayAge > WAY_LASTS || goal.distanceTo(this.wayEnd) > NEAR) {
      this.way = await this.ctx.service(PathFinding).path({ x: at.x, y: at.y }, { x: goal.x, y: goal.y });
      this.wayEnd = goal;
      this.wayAge = 0;
    }
    while (this.way.length > 1 && at.distanceTo(this.way[0]!) < CORNER) this.way = this.way.slice(1);
    const { x, y } = this.way[0] ?? goal;
    const direction = new Vec2(x - at.x, y - at.y).limited();
    return new Vec2(direction.x * PACE, direction.y * PACE);
  }
}
