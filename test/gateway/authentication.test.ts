import { expect } from 'chai';
import { GatewayMessage } from '../../protocol/client-wire.js';
import { UnauthenticatedError } from '../../protocol/errors/index.js';
import { failure } from '../support/memory-silo.js';
import { testGateway, type TestGateway } from './gateway-fixture.js';
import { Hero } from './heroes.js';

interface Welcome {
  readonly identity: { readonly id: string };
  readonly resumeToken?: string;
}

describe('authentication', () => {
  const opened: TestGateway[] = [];
  const open = async (authenticate: unknown): Promise<TestGateway> => {
    const gateway = await testGateway([Hero], [], { authenticate });
    opened.push(gateway);
    return gateway;
  };
  afterEach(async () => {
    for (const { gateway } of opened.splice(0)) await gateway.stop();
  });

  it('sees token, address and headers, and what it adds to an identity reaches the method', async () => {
    const shown: unknown[] = [];
    const gateway = await open((handshake: object) => (shown.push(handshake), { id: 'p1', roles: ['judge'], level: 3 }));
    const client = await gateway.knock({ token: 't', address: '10.0.0.1', headers: { 'user-agent': 'x' } });
    await client.until(() => client.heard(GatewayMessage.welcome)[0]);
    await client.call('hero', 'p1', null, 'greet');
    expect(shown).to.deep.equal([{ token: 't', address: '10.0.0.1', headers: { 'user-agent': 'x' } }]);
    expect(gateway.backend.envelopes[0]!.identity).to.deep.equal({ id: 'p1', roles: ['judge'], level: 3 });
  });

  const THROWS: Readonly<Record<string, () => unknown>> = {
    'throws': () => { throw new Error('the password is 1234'); },
    'rejects': () => Promise.reject(new Error('the password is 1234')),
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- users do
    'throws no error': () => { throw 'the password is 1234'; },
  };
  for (const [what, authenticate] of Object.entries(THROWS)) {
    it(`refuses a client when it ${what}, and keeps the reason to the log`, async () => {
      const gateway = await open(authenticate);
      const error = await failure(gateway.knock({ token: 't' }));
      expect(error).to.be.instanceOf(UnauthenticatedError);
      expect(error.message).to.match(/^the gateway did not accept the token \([\w-]{8}\)$/);
      expect(JSON.stringify(gateway.log.lines.map(({ fields }) => String((fields as { err: unknown }).err)))).to.contain('1234');
    });
  }

  it('may say why in an UnauthenticatedError of its own', async () => {
    const gateway = await open(() => { throw new UnauthenticatedError('your token has expired'); });
    expect(await failure(gateway.knock())).to.include({ message: 'your token has expired', code: 'ERR_UNAUTHENTICATED' });
  });

  it('returns an identity that nobody can change afterwards', async () => {
    const kept = { id: 'p1', roles: ['judge'] };
    const gateway = await open(() => kept);
    const client = await gateway.knock();
    await client.until(() => client.heard(GatewayMessage.welcome)[0]);
    kept.id = 'p2';
    kept.roles.push('admin');
    await client.call('hero', 'p1', null, 'greet');
    expect(gateway.backend.envelopes[0]!.identity).to.deep.equal({ id: 'p1', roles: ['judge'] });
    expect(gateway.backend.envelopes[0]!.identity).to.be.frozen;
    expect(gateway.backend.envelopes[0]!.identity!.roles).to.be.frozen;
  });

  it('that hangs refuses the client after ten seconds', async () => {
    const gateway = await open(() => new Promise(() => undefined));
    const refused = failure(gateway.knock());
    await gateway.clock.advance('10s');
    expect(await refused).to.be.instanceOf(UnauthenticatedError);
  });

  it('is not asked with tokens of more than 8 kB', async () => {
    let isAsked = false;
    const gateway = await open(() => ((isAsked = true), { id: 'p1' }));
    expect(await failure(gateway.knock({ token: 'x'.repeat(8193) }))).to.be.instanceOf(UnauthenticatedError);
    expect(isAsked).to.equal(false);
  });

  it('that outlives the gateway lets nobody in', async () => {
    let answer!: (identity: object) => void;
    const gateway = await open(() => new Promise((resolve) => (answer = resolve)));
    const knocking = gateway.knock();
    await gateway.gateway.stop();
    answer({ id: 'p1' });
    expect((await knocking).closed).to.have.property('reason', 'lost');
    expect(await failure(gateway.knock())).to.have.property('code', 'ERR_SILO_UNAVAILABLE');
  });
});

describe('anonymous clients', () => {
  let gateway: TestGateway;
  const join = async (resumeToken?: string): Promise<Welcome> => {
    const client = await gateway.knock({ resumeToken });
    return (await client.until(() => client.heard(GatewayMessage.welcome)[0]))!.value as Welcome;
  };
  beforeEach(async () => {
    gateway = await testGateway([Hero], [], { authenticate: 'anonymous' });
  });
  afterEach(() => gateway.gateway.stop());

  it('each get an id of their own', async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, async () => (await join()).identity.id));
    expect(new Set(ids).size).to.equal(50);
  });

  it('keep their id by the token of their welcome', async () => {
    const first = await join();
    const second = await join(first.resumeToken);
    expect(second).to.deep.equal({ ...first, clientId: (second as unknown as { clientId: string }).clientId });
  });

  it('cannot take the id of another', async () => {
    const victim = await join();
    const [id, signature] = victim.resumeToken!.split('.') as [string, string];
    const other = (await join()).resumeToken!.split('.') as [string, string];
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    const forged = [id, `${id}.`, `${id}.${flipped}`, `${id}.${other[1]}`, `${other[0]}.${signature}`, `${id}.${signature}=`, `${id}.${signature} `, ` ${victim.resumeToken}`, `${victim.resumeToken}\n`, `${id}.${'A'.repeat(43)}`, `.${signature}`, '.', '', 'x'.repeat(100_000)];
    for (const token of forged) expect((await join(token)).identity.id, token.slice(0, 80)).to.not.equal(id);
  });
});
