// Whose refusals count: silos that ask each other, on a membership table of their own, with ways between them that refuse, or say nothing.
import { expect } from 'chai';
import type { Member, Membership } from '../../protocol/ports/index.js';
import { Suspicion } from '../../silo/suspicion.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { loneMembership, RecordingLogger } from '../support/memory-silo.js';

type Way = 'open' | 'refused' | 'silent';

class Town {
  readonly clock = new VirtualClock();
  readonly votes: string[] = [];
  private readonly ways = new Map<string, Way>();
  private readonly silos = new Map<string, Suspicion>();
  private readonly up: Set<string>;

  constructor(...names: readonly string[]) {
    this.up = new Set(names);
    for (const name of names) this.silos.set(name, this.suspicionOf(name));
  }

  /** The way from one to another. */
  way(from: string, to: string, way: Way): void {
    this.ways.set(`${from}>${to}`, way);
  }

  /** Nobody listens there any more. */
  end(name: string): void {
    for (const other of this.up) this.way(other, name, 'refused');
  }

  /** Connections of these to that one broke. */
  async broke(name: string, ...losers: readonly string[]): Promise<void> {
    await this.parted(losers, [name]);
  }

  /** All connections between the ones and the others broke, at once. */
  async parted(ones: readonly string[], others: readonly string[]): Promise<void> {
    for (const one of ones) for (const other of others) this.silos.get(one)!.check(other);
    await this.clock.advance(500);
  }

  async answer(name: string, topic: string, about: string): Promise<unknown> {
    return this.silos.get(name)!.answer(topic, about);
  }

  private suspicionOf(self: string): Suspicion {
    const peers = (): readonly Member[] => [...this.up].filter((name) => name !== self).map(memberOf);
    const membership: Membership = {
      ...loneMembership(),
      get peers() {
        return peers();
      },
      sight: (incarnation) => Promise.resolve({ incarnation, heartbeat: '7', term: 1 }),
      suspect: ({ incarnation }) => Promise.resolve(this.vote(self, incarnation)),
    };
    return new Suspicion({
      membership, clock: this.clock, log: new RecordingLogger(), random: () => 0,
      links: {
        isLinked: () => false,
        dial: ({ siloId }) => this.pass(self, siloId).then(() => undefined),
        ask: async (to, topic, body) => (await this.pass(self, to.siloId))!.answer(topic, body),
      },
    });
  }

  private pass(from: string, to: string): Promise<Suspicion | undefined> {
    const way = this.ways.get(`${from}>${to}`) ?? 'open';
    if (way === 'open') return Promise.resolve(this.silos.get(to));
    return Promise.reject(Object.assign(new Error(way), { code: way === 'refused' ? 'ECONNREFUSED' : 'ETIMEDOUT' }));
  }

  private vote(by: string, against: string): void {
    this.votes.push(`${by}>${against}`);
    if (new Set(this.votes.filter((vote) => vote.endsWith(`>${against}`))).size >= 2) this.up.delete(against);
  }
}

function memberOf(siloId: string): Member {
  return { siloId, incarnation: siloId, address: siloId, status: 'up', startedAt: 0, labels: {}, types: {} };
}

describe('a refused connection', () => {
  it('is a vote once another silo was refused too, and then both vote', async () => {
    const town = new Town('a', 'b', 'c', 'gone');
    town.end('gone');
    await town.broke('gone', 'a');
    expect(town.votes.slice(0, 2).sort()).to.deep.equal(['a>gone', 'b>gone']);
  });

  it('counts for nothing while one that was asked reaches the silo, whatever the others found', async () => {
    const town = new Town('a', 'b', 'c', 'there');
    for (const refused of ['a', 'b']) town.way(refused, 'there', 'refused');
    await town.broke('there', 'a', 'b');
    expect(town.votes).to.deep.equal([]);
  });

  it('counts for nothing while nobody else can say, and where nothing answers at all', async () => {
    const town = new Town('a', 'b', 'c', 'd');
    town.end('d');
    for (const other of ['b', 'c']) town.way('a', other, 'silent');
    await town.broke('d', 'a');
    town.way('b', 'c', 'silent');
    await town.broke('c', 'b');
    expect(town.votes).to.deep.equal([]);
  });

  it('is no vote of a silo that is refused by another one too: it doubts itself, for two seconds', async () => {
    const town = new Town('a', 'b', 'c', 'd');
    const [walled, outside] = [['a', 'b'], ['c', 'd']];
    for (const one of walled) for (const other of outside) town.way(one, other, 'refused');
    await town.parted(walled, outside);
    expect(town.votes).to.deep.equal([]);
    await town.clock.advance(2000);
    for (const one of walled) town.way(one, 'd', 'open');
    town.end('c');
    await town.broke('c', 'a');
    expect(new Set(town.votes)).to.include('a>c');
  });

  it('is looked into again later, when the silo has ended by then', async () => {
    const town = new Town('a', 'b', 'c', 'late');
    for (const refused of ['a', 'b']) town.way(refused, 'late', 'refused');
    await town.broke('late', 'a');
    town.end('late');
    await town.broke('late', 'c');
    expect(new Set(town.votes)).to.include('c>late');
  });

  it('lets nobody vote who has not looked', async () => {
    const town = new Town('a', 'b', 'c');
    expect(await town.answer('a', 'vote', 'b')).to.equal(undefined);
    expect(town.votes).to.deep.equal([]);
    expect(await town.answer('a', 'look', 'b')).to.equal('reached');
    expect(await town.answer('a', 'look', 'nobody')).to.equal('unknown');
    expect(await town.answer('a', 'something else', 'b')).to.equal(undefined);
  });
});
