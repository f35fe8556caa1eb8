// The page: says what is typed, shows what is heard. All rules are on the silo.
import { connect, ForbiddenError, type Client, type ClientHandle } from 'troupe/client';
import type { Chatter } from './actors/chatter.js';
import type { Room } from './actors/room.js';
import { identityStore } from './page/identity.js';
import { View } from './page/view.js';
import { Presence, Said, type Moved, type RoomName } from './shared.js';

class Chat {
  private readonly view = new View({
    onSay: (text) => this.say(text),
    onRename: (name) => this.act((me) => me.rename(name)),
    onGo: (room) => this.act((me) => me.go(room)),
  });
  private room: RoomName | undefined;
  private stopListening: readonly (() => Promise<void>)[] = [];
  private syncing: Promise<void> = Promise.resolve();
  private messages = 0;

  constructor(private readonly client: Client) {}

  start(): void {
    this.client.on('state', (state) => {
      this.view.showState(state);
      if (state === 'connected') this.sync();
    });
    this.client.on<Moved>('moved', this.sync);
    this.view.showState(this.client.state);
    this.sync();
  }

  /** Asked anew each time: a silo that has lost its memory gives this client another identity when it reconnects. */
  private get me(): ClientHandle<Chatter> {
    return this.client.self<Chatter>();
  }

  /** With a key, the call is sent again after a lost connection, and waits long for one. The same key makes the room say it once. */
  private say(text: string): Promise<void> {
    const id = `${this.client.id}-${++this.messages}`;
    return this.act((me) => me.with({ timeout: '30m', idempotencyKey: id }).say(id, text));
  }

  /** What waited for a connection and then was somebody else's to do is done again by who we are now. */
  private async act(action: (me: ClientHandle<Chatter>) => Promise<void>): Promise<void> {
    const { me } = this;
    try {
      await action(me);
    } catch (error) {
      if (!(error instanceof ForbiddenError) || me.equals(this.me)) throw error;
      await this.syncing;
      await this.act(action);
    }
  }

  /** Gets everything anew: at the start, after a reconnect or a gap, and when this chatter went to another room. One at a time. */
  private readonly sync = (): void => {
    this.syncing = this.syncing.then(() => this.syncNow()).catch((error: Error) => this.view.showProblem(error));
  };

  /** Listens first and reads then: what is said in between comes twice, and is shown once. */
  private async syncNow(): Promise<void> {
    const { me, room } = await this.me.enter();
    const { self } = this.view;
    if (self && self.id !== me.id) return this.comeBack(self.name);
    if (room !== this.room) await this.listenTo(room);
    this.view.show(await this.me.enter());
  }

  /** The silo was restarted without a Redis: it knows nobody. In again, under the old name, into the room that is still listened to. */
  private async comeBack(name: string): Promise<void> {
    const { me } = this;
    await me.rename(name);
    await me.go(this.room!);
    this.view.beginAnew();
    this.view.show(await me.enter());
  }

  private async listenTo(name: RoomName): Promise<void> {
    await Promise.all(this.stopListening.map((stop) => stop()));
    this.stopListening = [];
    const room = this.client.actor<Room>('room', name);
    this.stopListening = await Promise.all([
      room.on(Said, ({ line }) => this.view.addLine(line), { onGap: this.sync }),
      room.on(Presence, ({ members }) => this.view.showMembers(members), { onGap: this.sync }),
    ]);
    this.room = name;
  }
}

const client = await connect({ connectTimeout: '1h', resume: identityStore() });
// Says goodbye; a page that comes back out of the browser's cache starts anew.
window.addEventListener('pagehide', () => void client.close());
window.addEventListener('pageshow', (event) => event.persisted && location.reload());
new Chat(client).start();
