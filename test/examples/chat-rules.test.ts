import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Chatter } from '../../examples/chat/actors/chatter.js';
import { Room } from '../../examples/chat/actors/room.js';
import { LIMITS, Presence, Said, type Moved } from '../../examples/chat/shared.js';
import type { Client, ClientHandle } from '../../sdk/client/index.js';
import { startTestCluster, type TestCluster } from '../../silo/testing/index.js';
import { failure } from '../support/memory-silo.js';
import { freePort, TestProcess } from '../support/processes.js';

describe('examples/chat, rules', () => {
  let cluster: TestCluster;

  beforeEach(async () => {
    cluster = await startTestCluster({ modules: [Chatter, Room], gateway: { session: 'chatter' } });
  });
  afterEach(() => cluster.stop());

  const chatter = async (id: string): Promise<{ readonly client: Client; readonly me: ClientHandle<Chatter> }> => {
    const client = await cluster.client({ id });
    return { client, me: client.self<Chatter>() };
  };
  const idsIn = async (me: ClientHandle<Chatter>): Promise<string[]> => (await me.enter()).members.map(({ id }) => id);

  it('has a chatter in the room for as long as one of its clients is connected, and a second longer', async () => {
    const ada = await chatter('ada');
    const bob = await chatter('bob');
    const bobsPhone = await chatter('bob');
    await bob.client.close();
    await cluster.clock.advance('5s');
    expect(await idsIn(ada.me)).to.deep.equal(['ada', 'bob']);
    await bobsPhone.client.close();
    await cluster.clock.advance('900ms');
    expect(await idsIn(ada.me)).to.deep.equal(['ada', 'bob']);
    await cluster.clock.advance('200ms');
    expect(await idsIn(ada.me)).to.deep.equal(['ada']);
  });

  it('shows nobody leave who is back within a second', async () => {
    const { client, me } = await chatter('ada');
    const seen: string[][] = [];
    await client.actor<Room>('room', 'lobby').on(Presence, ({ members }) => seen.push(members.map(({ id }) => id)));
    const bob = await chatter('bob');
    await bob.client.close();
    await chatter('bob');
    await cluster.clock.advance('5s');
    expect(await idsIn(me)).to.deep.equal(['ada', 'bob']);
    expect(seen).to.deep.equal([['ada', 'bob']]);
  });

  it('lets the clients of a room that was away come in again by asking', async () => {
    const ada = await chatter('ada');
    const bob = await chatter('bob');
    const gaps: string[] = [];
    await ada.me.say('m1', 'hello');
    await ada.client.actor<Room>('room', 'lobby').on(Said, () => undefined, { onGap: () => gaps.push('ada') });
    await cluster.actor(Room, 'lobby').manage.deactivate();
    await cluster.clock.advance('1s');
    expect(gaps).to.deep.equal(['ada']);
    await bob.me.enter();
    expect(await idsIn(ada.me)).to.have.members(['ada', 'bob']);
  });

  it('remembers the last lines only, in order, also after the room was away', async () => {
    const { me } = await chatter('ada');
    for (let n = 1; n <= LIMITS.history + 5; n++) await me.say(`m${n}`, `text ${n}`);
    await cluster.actor(Room, 'lobby').manage.deactivate();
    await me.say('last', 'text last');
    const { lines } = await me.enter();
    expect(lines.map(({ text }) => text)).to.deep.equal([...Array.from({ length: LIMITS.history - 1 }, (_, index) => `text ${index + 7}`), 'text last']);
    expect(lines.map(({ number }) => number)).to.deep.equal(Array.from({ length: LIMITS.history }, (_, index) => index + 7));
  });

  it('says a message once, however often it is sent', async () => {
    const { client, me } = await chatter('ada');
    const heard: string[] = [];
    await client.actor<Room>('room', 'lobby').on(Said, ({ line }) => heard.push(line.text));
    await Promise.all([me.say('m1', 'hello'), me.say('m1', 'hello')]);
    await cluster.actor(Chatter, 'ada').manage.deactivate();
    await me.say('m1', 'hello');
    await me.say('m2', 'hello');
    expect((await me.enter()).lines.map(({ text }) => text)).to.deep.equal(['hello', 'hello']);
    expect(heard).to.deep.equal(['hello', 'hello']);
  });

  it('tells all tabs of a chatter that it went to another room, and nobody else', async () => {
    const [ada, tab, bob] = [await chatter('ada'), await chatter('ada'), await chatter('bob')];
    const moves: string[] = [];
    for (const [name, { client }] of Object.entries({ ada, tab, bob })) client.on<Moved>('moved', ({ room }) => moves.push(`${name} ${room}`));
    await ada.me.go('games');
    await cluster.clock.advance('1s');
    expect(moves).to.have.members(['ada games', 'tab games']);
    expect((await tab.me.enter()).room).to.equal('games');
    expect(await idsIn(bob.me)).to.deep.equal(['bob']);
  });

  it('refuses names, texts and rooms that do not fit', async () => {
    const { me } = await chatter('ada');
    const go = me.go as (room: string) => Promise<void>;
    const refused = [
      me.say('m1', ''), me.say('m1', ' \n '), me.say('m1', 'x'.repeat(LIMITS.text + 1)), me.say('', 'x'), me.rename(' '), me.rename('x'.repeat(LIMITS.name + 1)),
      me.rename('a\u0000b'), me.rename('a\u202Eb'), me.rename('a\uD800'), go.call(me, 'attic'), go.call(me, '__proto__'),
    ];
    for (const attempt of refused) expect(await failure(attempt)).to.include({ name: 'InvalidArgumentError' });
    await me.rename('  Ada  ');
    await me.say('m1', '  hello  ');
    const { me: self, lines } = await me.enter();
    expect(self.name).to.equal('Ada');
    expect(lines.map(({ text }) => text)).to.deep.equal(['hello']);
  });

  it('lets nobody speak, move or be renamed by another, nor reach past a chatter to its room', async () => {
    await chatter('ada');
    const { client } = await chatter('bob');
    const ada = client.actor<Chatter>('chatter', 'ada');
    const lobby = client.actor<Room>('room', 'lobby');
    const attempts = [
      ada.say('m1', 'x'), ada.rename('x'), ada.go('games'), ada.enter(),
      lobby.say({ id: 'ada', name: 'Ada' }, 'x'), lobby.enter({ id: 'ada', name: 'x' }), lobby.leave('ada'),
    ];
    const names = await Promise.all(attempts.map(async (attempt) => (await failure(attempt)).name));
    expect(names).to.deep.equal([...Array<string>(4).fill('ForbiddenError'), ...Array<string>(3).fill('NotPublicError')]);
  });
});

describe('examples/chat, run by itself', () => {
  it('serves its page, and ends with 0 on SIGTERM', async () => {
    const port = await freePort();
    await using chat = new TestProcess([fileURLToPath(new URL('../../examples/chat/silo.js', import.meta.url))], { env: { PORT: String(port) } });
    await chat.waitForOutput(new RegExp(`^The chat is open at http://127.0.0.1:${port}\\n.* A second one: http://127.0.0.1:${port}/\\?as=bob$`, 'm'));
    for (const [file, type] of [['', 'text/html'], ['page.js', 'text/javascript'], ['style.css', 'text/css']] as const) {
      const response = await fetch(`http://127.0.0.1:${port}/${file}`);
      expect([response.status, response.headers.get('content-type')?.split(';')[0]]).to.deep.equal([200, type]);
    }
    chat.kill('SIGTERM');
    const end = await chat.ended;
    expect(end.code, end.stderr).to.equal(0);
  });
});
