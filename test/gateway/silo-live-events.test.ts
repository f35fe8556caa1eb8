// Live subscriptions of clients on a whole silo.
import { expect } from 'chai';
import { ForbiddenError, NotPublicError, UnknownComponentError } from '../../protocol/errors/index.js';
import { Actor, ActorEvent, Component, Public, State, type ActorContext, type ComponentContext, type EventOrigin } from '../../sdk/index.js';
import type { Client } from '../../sdk/client/index.js';
import { failure } from '../support/memory-silo.js';
import { gatewaySilo, type GatewaySilo } from './silo-fixture.js';

@Public()
@ActorEvent('silo-hit')
class Hit {
  constructor(readonly points: number) {}
}

@Public({ for: 'self' })
@ActorEvent('silo-thought')
class Thought {}

@ActorEvent('silo-secret')
class Secret {}

@Component({ name: 'Shield', isolation: 'inline' })
class Shield {
  constructor(private readonly ctx: ComponentContext<Shield>) {}
  @Public() async take(points: number): Promise<void> {
    await this.ctx.emit(new Hit(points), { live: true });
  }
}

@Actor({ name: 'knight', components: [Shield], idleAfter: '1m' })
class Knight {
  @State() hits = 0;
  constructor(private readonly ctx: ActorContext<Knight>) {}
  @Public() async take(points: number): Promise<void> {
    this.hits++;
    await this.ctx.emit(new Hit(points), { live: true });
    if (points < 0) throw new Error('undone');
  }
  @Public() async leak(): Promise<void> {
    await this.ctx.emit(new Secret(), { live: true });
    await this.ctx.emit(new Thought(), { live: true });
  }
}

describe('live subscriptions on a silo', () => {
  let silo: GatewaySilo;
  let client: Client;
  let heard: string[];
  const knight = () => client.actor<Knight>('knight', 'k');
  const shield = () => knight().getComponent(Shield);
  const note = (name: string) => ({ points }: Hit, origin: EventOrigin): void => void heard.push(`${name} ${points} ${origin.type}/${origin.key}${origin.component === undefined ? '' : `#${origin.component}`}`);
  const gap = (name: string) => ({ onGap: () => void heard.push(`${name} gap`) });

  beforeEach(async () => {
    heard = [];
    silo = await gatewaySilo([Knight]);
    client = await silo.join('watcher');
  });
  afterEach(() => silo.stop());

  it("of an actor hear its components too, those of a component only its own, in the actor's order", async () => {
    await knight().on(Hit, note('actor'), gap('actor'));
    await shield().on(Hit, note('shield'), gap('shield'));
    await knight().take(1);
    await shield().take(2);
    await knight().take(3);
    await silo.clock.advance('10s');
    expect(heard).to.deep.equal(['actor 1 knight/k', 'actor 2 knight/k#Shield', 'shield 2 knight/k#Shield', 'actor 3 knight/k']);
  });

  it('hear only what was committed', async () => {
    await knight().on(Hit, note('hit'), gap('hit'));
    await knight().take(1);
    await failure(knight().take(-1));
    await knight().take(2);
    await silo.clock.advance('10s');
    expect(heard).to.deep.equal(['hit 1 knight/k', 'hit 2 knight/k']);
  });

  it('keep their actor awake, wake it again when it ends, and say once that there may be a gap', async () => {
    await knight().on(Hit, note('hit'), gap('hit'));
    await silo.clock.advance('1h');
    expect(silo.active()).to.deep.equal(['knight/k']);
    await knight().take(1);
    await silo.actor(Knight, 'k').manage.deactivate();
    await silo.clock.advance('1s');
    expect(silo.active(), 'woken').to.deep.equal(['knight/k']);
    await knight().take(2);
    await knight().take(3);
    await silo.clock.advance('10s');
    expect(heard).to.deep.equal(['hit 1 knight/k', 'hit gap', 'hit 2 knight/k', 'hit 3 knight/k']);
  });

  it('let their actor rest when the last one is stopped, or its client is gone', async () => {
    const stop = await knight().on(Hit, note('hit'));
    await client.actor('knight', 'other').on(Hit, note('hit'));
    await stop();
    await silo.clock.advance('5m');
    expect(silo.active()).to.deep.equal(['knight/other']);
    await client.close();
    await silo.clock.advance('5m');
    expect(silo.active()).to.deep.equal([]);
  });

  it('go on after a lost connection, with a gap if there was one', async () => {
    await knight().on(Hit, note('hit'), gap('hit'));
    silo.listener.cut();
    await silo.clock.advance('1s');
    await knight().take(1);
    silo.listener.cut();
    await (silo.actor(Knight, 'k')).take(2);
    await silo.clock.advance('1s');
    await knight().take(3);
    await silo.clock.advance('10s');
    expect(heard).to.deep.equal(['hit 1 knight/k', 'hit gap', 'hit 3 knight/k']);
  });

  it('are refused for closed events, events of others, and components that are not there, without waking anybody', async () => {
    expect(await failure(knight().on(Secret, () => undefined))).to.be.instanceOf(NotPublicError);
    expect(await failure(knight().on(Thought, () => undefined))).to.be.instanceOf(ForbiddenError);
    expect(await failure(knight().getComponent('Sword').on(Hit, () => undefined))).to.be.instanceOf(UnknownComponentError);
    expect(silo.active()).to.deep.equal([]);
    const own: string[] = [];
    await client.actor('knight', 'watcher').on(Thought, () => own.push('thought'));
    await client.actor<Knight>('knight', 'watcher').leak();
    await silo.clock.advance('1s');
    expect(own).to.deep.equal(['thought']);
  });

  it('start anew for an actor that was destroyed', async () => {
    await knight().on(Hit, note('hit'), gap('hit'));
    await knight().take(1);
    await silo.actor(Knight, 'k').manage.destroy();
    await silo.clock.advance('1s');
    await knight().take(2);
    await silo.clock.advance('10s');
    expect(heard).to.deep.equal(['hit 1 knight/k', 'hit gap', 'hit 2 knight/k']);
  });
});
