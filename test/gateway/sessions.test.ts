import { expect } from 'chai';
import { GatewayMessage } from '../../protocol/client-wire.js';
import { ActivationFailedError, CallTimeoutError, CancelledError, LinkLostError, SiloUnavailableError, StaleEpochError } from '../../protocol/errors/index.js';
import { gate } from '../support/memory-silo.js';
import { testGateway, type RawClient, type TestGateway } from './gateway-fixture.js';
import { Hero, Moved } from './heroes.js';

describe('session actors of clients', () => {
  const opened: TestGateway[] = [];
  const open = async (options: object = { session: 'hero' }): Promise<TestGateway> => {
    const gateway = await testGateway([Hero], [Moved], options);
    opened.push(gateway);
    return gateway;
  };
  const closingOf = (client: RawClient): Error & Record<string, unknown> => client.errorOf(client.messages.find(({ header }) => header[0] === GatewayMessage.closing)!.payload);
  const presence = (client: RawClient): string[][] => client.heard(GatewayMessage.presence).map(({ value }) => (value as { id: string }[]).map(({ id }) => id));
  const idOf = (client: RawClient): string => (client.heard(GatewayMessage.welcome)[0]!.value as { clientId: string }).clientId;
  afterEach(async () => {
    for (const { gateway } of opened.splice(0)) await gateway.stop();
  });

  it('meet their client before it is welcomed', async () => {
    const { knock, backend } = await open();
    const accepted = gate();
    backend.onConnected = () => accepted.opened;
    const client = await knock({ token: 'p1' });
    expect(backend.sessionLog).to.deep.equal(['hero/p1 connected']);
    expect(client.messages).to.deep.equal([]);
    accepted.open();
    const welcome = await client.until(() => client.heard(GatewayMessage.welcome)[0]);
    expect(welcome!.value).to.deep.include({ identity: { id: 'p1' }, silo: 'fake-silo', session: 'hero', maxBytes: 65_536, readOnly: ['hero.look', 'hero#Health.level'] });
  });

  it('may refuse their client, which hears why and does not come back', async () => {
    const { knock, backend } = await open();
    backend.onConnected = () => { throw new Error('not you: the password is 1234'); };
    const client = await knock({ token: 'p1' });
    await client.until(() => undefined);
    expect(client.closed).to.have.property('reason', 'kicked');
    expect(closingOf(client).message).to.match(/^internal error \(/);
    expect(client.heard(GatewayMessage.welcome)).to.deep.equal([]);
  });

  it('that are out of reach for now cost their client the connection only', async () => {
    const { knock, backend } = await open();
    backend.onConnected = () => { throw new SiloUnavailableError('this silo is stopping'); };
    const client = await knock({ token: 'p1' });
    await client.until(() => undefined);
    expect(client.closed).to.have.property('reason', 'lost');
    expect(closingOf(client)).to.have.property('code', 'ERR_SILO_UNAVAILABLE');
  });

  const passing: readonly [string, Error][] = [
    ['a link that broke', new LinkLostError('the link broke')],
    ['a deadline that passed', new CallTimeoutError('too late', { timeoutMs: 1 })],
    ['a silo that stopped', new CancelledError('the silo stopped')],
    ['an owner that was replaced', new StaleEpochError('replaced')],
    ['an activation that a silo made fail', new ActivationFailedError('not now', { cause: new ActivationFailedError('nor that', { cause: new LinkLostError('the link broke') }) })],
  ];
  for (const [what, error] of passing) {
    it(`that failed for ${what} cost their client the connection only`, async () => {
      const { knock, backend } = await open();
      backend.onConnected = () => { throw error; };
      const client = await knock({ token: 'p1' });
      await client.until(() => undefined);
      expect(client.closed).to.have.property('reason', 'lost');
      expect(closingOf(client)).to.have.property('code', (error as Error & { code: string }).code);
    });
  }

  it('refuse their client for good when their own code throws while they are activated, whatever that hides', async () => {
    const { knock, backend } = await open();
    backend.onConnected = () => { throw new ActivationFailedError('no', { cause: new Error('own', { cause: new LinkLostError('the link broke') }) }); };
    const client = await knock({ token: 'p1' });
    await client.until(() => undefined);
    expect(client.closed).to.have.property('reason', 'kicked');
  });

  it('that never answer cost their client the connection after ten seconds', async () => {
    const { knock, backend, clock } = await open();
    backend.onConnected = () => new Promise(() => undefined);
    const client = await knock({ token: 'p1' });
    await clock.advance('9s');
    expect(client.closed).to.equal(undefined);
    await clock.advance('1s');
    expect(client.closed).to.have.property('reason', 'lost');
  });

  for (const reason of ['left', 'lost'] as const) {
    it(`hear that their client has ${reason}`, async () => {
      const { join, backend, clock } = await open();
      const client = await join('p1');
      client.end(reason);
      await clock.advance(1);
      expect(backend.sessionLog).to.deep.equal(['hero/p1 connected', `hero/p1 disconnected ${reason}`]);
    });
  }

  it('can kick their client, after what they sent it, with a reason', async () => {
    const { join, backend, clock } = await open();
    const client = await join('p1');
    const [session] = backend.clientsOf({ type: 'hero', key: 'p1' });
    session!.send(new Moved(3));
    session!.kick('cheating');
    session!.kick('again');
    session!.send(new Moved(4));
    await clock.advance(1);
    expect(client.closed).to.deep.equal({ reason: 'kicked', message: 'cheating' });
    expect(closingOf(client)).to.include({ code: 'ERR_CANCELLED', message: 'kicked: cheating' });
    expect(client.heard(GatewayMessage.clientEvent)).to.deep.equal([{ header: [GatewayMessage.clientEvent, 'gw-moved'], value: new Moved(3) }]);
    expect(backend.sessionLog.at(-1)).to.equal('hero/p1 disconnected kicked');
  });

  it('send events of classes with @ActorEvent only', async () => {
    const { join, backend } = await open();
    await join('p1');
    const [session] = backend.clientsOf({ type: 'hero', key: 'p1' });
    expect(() => session!.send({ step: 1 })).to.throw('@ActorEvent');
  });

  it('have several clients at once, who see each other come and go', async () => {
    const { join, clock } = await open();
    const first = await join('p1');
    const second = await join('p1');
    const stranger = await join('p2');
    const [one, two] = [idOf(first), idOf(second)];
    second.end('left');
    await clock.advance(1);
    expect(presence(first)).to.deep.equal([[one], [one, two], [one]]);
    expect(presence(second)).to.deep.equal([[one, two]]);
    expect(presence(stranger)).to.deep.equal([[idOf(stranger)]]);
  });

  it('are taken leave of when the gateway stops, and it waits for that', async () => {
    const { gateway, join, backend } = await open();
    const client = await join('p1');
    const goodbye = gate();
    backend.onDisconnected = () => goodbye.opened;
    let isStopped = false;
    const stopped = gateway.stop().then(() => (isStopped = true));
    await client.until(() => undefined);
    expect(client.closed).to.have.property('reason', 'lost');
    expect(closingOf(client)).to.have.property('code', 'ERR_SILO_UNAVAILABLE');
    expect(isStopped).to.equal(false);
    goodbye.open();
    await stopped;
    expect(backend.sessionLog.at(-1)).to.equal('hero/p1 disconnected lost');
  });

  it('cannot keep the gateway from stopping', async () => {
    const { gateway, join, backend, clock, log } = await open();
    await join('p1');
    backend.onDisconnected = () => new Promise(() => undefined);
    const stopped = gateway.stop();
    await clock.advance('10s');
    await stopped;
    expect(log.lines.map(({ message }) => message)).to.include('onDisconnect of session actors took too long; the gateway stops without it');
  });

  it('do not exist where the gateway names no session type', async () => {
    const { join, backend } = await open({});
    const client = await join('p1');
    expect(client.heard(GatewayMessage.welcome)[0]!.value).to.have.property('session', undefined);
    client.end('left');
    expect(backend.sessionLog).to.deep.equal([]);
    expect(presence(client)).to.deep.equal([]);
  });
});
