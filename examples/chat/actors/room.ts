import { Actor, State, type ActorContext } from 'troupe';
import { LIMITS, Presence, Said, type Line, type Member, type RoomView } from '../shared.js';

/**
 * A room: its last lines are saved, its members are not, for they are connections: after a restart they come in again. Nothing here is
 * public but the events. Clients act through their chatter, so nobody can speak for another.
 */
@Actor({ name: 'room' })
export class Room {
  @State() lines: readonly Line[] = [];
  private readonly members = new Map<string, Member>();

  constructor(private readonly ctx: ActorContext<Room>) {}

  /** Idempotent: who is here already may have a new name. */
  async enter(member: Member): Promise<RoomView> {
    const known = this.members.get(member.id);
    this.members.set(member.id, member);
    if (known?.name !== member.name) await this.showPresence();
    return { lines: this.lines, members: [...this.members.values()] };
  }

  async leave(id: string): Promise<void> {
    if (this.members.delete(id)) await this.showPresence();
  }

  /** The line is saved before anybody hears it. */
  async say(by: Member, text: string): Promise<void> {
    const line: Line = { number: (this.lines.at(-1)?.number ?? 0) + 1, at: Date.now(), by, text };
    this.lines = [...this.lines, line].slice(-LIMITS.history);
    await this.ctx.emit(new Said(line), { live: true });
  }

  /** Always the whole list under one key: whoever falls behind needs the newest only. */
  private async showPresence(): Promise<void> {
    await this.ctx.emit(new Presence([...this.members.values()]), { live: true, key: 'members' });
  }
}
