import { Actor, Every } from 'troupe';
import { Movement } from '../components/movement.js';
import { LAVA, MAX_HP, REACH, Vec2 } from '../shared.js';
import { freeSpot } from '../world.js';
import type { View } from './arena.js';
import { Fighter } from './fighter.js';

const PACE = 0.6;
const SIGHT = 260;

/** A fighter with a mind of its own: five times a second it looks around and decides. Timers alone keep no actor awake, hence `never`. */
@Actor({ name: 'bot', components: Fighter.parts, idleAfter: 'never' })
export class Bot extends Fighter {
  private waypoint = freeSpot();
  private mood: 'fight' | 'gather' | 'wander' = 'wander';

  @Every('200ms')
  protected async think(): Promise<void> {
    const view = await this.arena.look(this.name);
    if (!view || view.hp === 0) return;
    if (Math.random() < 0.06) this.changeMind();
    if (view.hp < MAX_HP / 2) await this.useMedkit();
    if (view.foe && view.foe.distanceTo(view.at) < REACH * 0.8 && Math.random() < 0.2) await this.strike();
    await this.part(Movement).steer(this.directionTo(this.goal(view), view.at));
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

  /** Straight there, but around lava. */
  private directionTo(goal: Vec2, at: Vec2): Vec2 {
    let way = goal.plus(at, -1).limited();
    for (const { x, y, radius } of LAVA) {
      const distance = at.distanceTo({ x, y });
      if (distance < radius + 40) way = way.plus(new Vec2((at.x - x) / distance, (at.y - y) / distance), 1.3).limited();
    }
    return new Vec2(way.x * PACE, way.y * PACE);
  }
}
