import { Actor, Public, State, type ActorContext, type Handle, type OnConnect, type OnDisconnect } from 'troupe';
import { z } from 'zod';
import { LIMITS, Moved, ROOMS, type Member, type RoomName, type RoomView } from '../shared.js';
import type { Room } from './room.js';

// What comes from outside is checked at the gateway: methods see only what fits.
const roomName = z.enum(ROOMS);
/** No control and no invisible characters. */
const name = z.string().trim().min(1).max(LIMITS.name).regex(/^\P{C}+$/u, 'has characters that cannot be seen');
const text = z.string().trim().min(1).max(LIMITS.text);
const messageId = z.string().min(1).max(64);

/** Who you are, where you are, and what is there to see. */
export interface Welcome extends RoomView {
  readonly me: Member;
  readonly room: RoomName;
}

/** One person, in one room at a time, with any number of tabs. It is the session actor: its public methods are for its own clients. */
@Actor({ name: 'chatter' })
export class Chatter implements OnConnect, OnDisconnect {
  @State() name = '';
  @State() room: RoomName = 'lobby';

  constructor(private readonly ctx: ActorContext<Chatter>) {}

  /** Also after a lost connection: the room may have given this chatter up. */
  async onConnect(): Promise<void> {
    await this.enter();
  }

  /** Not at once: a page that is reloaded, or a connection that comes back, is nobody who left. */
  onDisconnect(): void {
    this.ctx.timer(() => this.leaveIfAlone(), { due: '1s' });
  }

  /** Comes into the room, if need be, and tells what is there. Idempotent. */
  @Public()
  async enter(): Promise<Welcome> {
    const view = await this.currentRoom.enter(this.me);
    return { ...view, me: this.me, room: this.room };
  }

  @Public({ args: [roomName] })
  async go(room: RoomName): Promise<void> {
    if (room === this.room) return;
    await this.currentRoom.leave(this.ctx.key);
    this.room = room;
    await this.enter();
    for (const client of this.ctx.clients) client.send(new Moved(room));
  }

  @Public({ args: [name] })
  async rename(name: string): Promise<void> {
    this.name = name;
    await this.enter();
  }

  /** `id` is the sender's name for this message: however often it is sent, the room says it once. */
  @Public({ args: [messageId, text] })
  async say(id: string, text: string): Promise<void> {
    await this.currentRoom.with({ idempotencyKey: id }).say(this.me, text);
  }

  private get me(): Member {
    return { id: this.ctx.key, name: this.name || `guest ${this.ctx.key.slice(0, 4)}` };
  }

  private get currentRoom(): Handle<Room> {
    return this.ctx.actor<Room>('room', this.room);
  }

  private async leaveIfAlone(): Promise<void> {
    if (this.ctx.clients.length === 0) await this.currentRoom.leave(this.ctx.key);
  }
}
