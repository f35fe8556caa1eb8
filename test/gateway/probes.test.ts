import { expect } from 'chai';
import { ClientMessage, encodeMessage, joinMessages } from '../../protocol/client-wire.js';
import { createCodec } from '../../protocol/codec/index.js';
import { RemoteError, TroupeError } from '../../protocol/errors/index.js';
import { connect, type Client } from '../../sdk/client/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { lookalikes, NO_STRINGS, STRANGE_NAMES } from './probe-names.js';
import { RawSocket, type Answer } from './raw-socket.js';
import { Coin, Guest, touched, Vault } from './vault.js';

type Ask = (client: RawSocket, probe: unknown) => Promise<Answer>;

const K = 'k1';
const LIMITS = { callsPerSecond: 100_000, burst: 100_000, inFlight: 1000 };

/** Each place of a request, and how a request with something in that place looks. */
const PLACES: Readonly<Record<string, { readonly ask: Ask; readonly probes: readonly unknown[] }>> = {
  'the type of a call': { ask: (client, type) => client.call(type, K, null, 'open'), probes: [...STRANGE_NAMES, ...lookalikes('vault'), ...NO_STRINGS, null] },
  'the type of a call, to a component': { ask: (client, type) => client.call(type, K, 'Locker', 'level'), probes: ['Locker', 'Guest', 'vault-opened', 'vault-coin', ...STRANGE_NAMES, ...lookalikes('vault')] },
  'the key': { ask: (client, key) => client.call('vault', key, null, 'open'), probes: ['', 'a'.repeat(10_240), '\ud800', 'x\udc00', ...NO_STRINGS, null] },
  "the key, for a method that is its owner's": { ask: (client, key) => client.call('vault', key, null, 'mine'), probes: [...STRANGE_NAMES, ...lookalikes('prober')] },
  'the component': { ask: (client, component) => client.call('vault', K, component, 'level'), probes: [...STRANGE_NAMES, ...lookalikes('Locker'), ...NO_STRINGS] },
  'the method': { ask: (client, method) => client.call('vault', K, null, method), probes: ['owned', 'mine', ...STRANGE_NAMES, ...lookalikes('open'), ...NO_STRINGS, null] },
  'the method, of a component': { ask: (client, method) => client.call('vault', K, 'Locker', method), probes: ['open', ...STRANGE_NAMES, ...lookalikes('level'), ...NO_STRINGS, null] },
  "the method, of the client's own session actor": { ask: (client, method) => client.call('guest', 'prober', null, method), probes: ['open', ...STRANGE_NAMES, ...lookalikes('hello')] },
  'the event': { ask: (client, event) => client.subscribe('vault', K, null, event), probes: ['vault-robbed', 'vault-coin', 'vault', 'open', ...STRANGE_NAMES, ...lookalikes('vault-opened'), ...NO_STRINGS, null] },
  'the type of a subscription': { ask: (client, type) => client.subscribe(type, K, null, 'vault-opened'), probes: [...STRANGE_NAMES, ...lookalikes('vault'), ...NO_STRINGS, null] },
  'the component of a subscription': { ask: (client, component) => client.subscribe('vault', K, component, 'vault-opened'), probes: [...STRANGE_NAMES, ...lookalikes('Locker'), ...NO_STRINGS] },
  'the key of a subscription': { ask: (client, key) => client.subscribe('vault', key, null, 'vault-opened'), probes: ['', 'a'.repeat(10_240), '\ud800', ...NO_STRINGS, null] },
  'the arguments': {
    ask: (client, args) => client.call('vault', K, null, 'open', args),
    probes: [null, 1, 'x', {}, { length: 0 }, new Map(), new Set(), [1], [undefined], new Array(50).fill(0), new Coin()],
  },
  'the timeout': { ask: (client, timeout) => withHeader(client, [timeout, null]), probes: [0, -1, null, '1', true, [], {}] },
  'the idempotency key': { ask: (client, key) => withHeader(client, [1000, key]), probes: ['', 'k'.repeat(257), 'k'.repeat(10_240), 0, 1, true, [], {}] },
};

function withHeader(client: RawSocket, tail: readonly unknown[]): Promise<Answer> {
  const id = client.nextId();
  return client.ask(id, [ClientMessage.call, id, 'vault', K, null, 'open', ...tail], createCodec().encode([], 'args'));
}

describe('what is not public, probed from outside', () => {
  let silo: Silo;
  let prober: RawSocket;
  let friend: Client;
  let wasActive: string;
  let probes = 0;

  const active = (): string => silo.activations().map(({ type, key }) => `${type}/${key}`).sort().join(' ');

  before(async () => {
    silo = await startSilo({ modules: [Vault, Guest], log: 'silent', gateway: { port: 0, session: 'guest', limits: LIMITS, authenticate: ({ token }) => ({ id: token! }) } });
    prober = await RawSocket.open(silo.gatewayAddress!, 'prober');
    friend = await connect({ address: silo.gatewayAddress!, token: 'friend' });
    await friend.actor<Vault>('vault', K).open();
  });
  beforeEach(() => {
    touched.length = 0;
    wasActive = active();
  });
  afterEach(async () => {
    expect(touched.filter((what) => what !== 'hook'), 'user code was touched').to.deep.equal([]);
    expect(active(), 'activated').to.equal(wasActive);
    expect(await friend.actor<Vault>('vault', K).open(), 'other clients').to.equal('opened');
    expect(await friend.self<Guest>().hello()).to.equal('hello');
  });
  after(async () => {
    await friend.close();
    await prober.close();
    await silo.stop();
  });

  for (const [place, { ask, probes: all }] of Object.entries(PLACES)) {
    it(`refuses ${all.length} probes in the place of ${place}`, async () => {
      for (const probe of all) {
        const { value, error } = await ask(prober, probe);
        const shown = (JSON.stringify(probe) ?? 'undefined').slice(0, 80);
        expect(error, `${shown} gave ${JSON.stringify(value)}`).to.be.instanceOf(TroupeError);
        expect(error, shown).to.not.be.instanceOf(RemoteError);
        expect(error!.code, shown).to.match(/^ERR_(UNKNOWN_(ACTOR_TYPE|COMPONENT|METHOD)|NOT_PUBLIC|FORBIDDEN|INVALID_ARGUMENT|PAYLOAD_TOO_LARGE)$/);
        expect(error!.message.length, shown).to.be.below(400);
        probes++;
      }
    });
  }

  it('has made at least 360 of them', () => {
    expect(probes).to.be.at.least(360);
  });

  it('drops one-way calls to what is closed', async () => {
    const args = createCodec().encode([], 'args');
    for (const name of [...STRANGE_NAMES, ...lookalikes('open'), 'owned', 'mine']) prober.frame(encodeMessage([ClientMessage.oneWay, 'vault', K, null, name], args));
    for (const type of STRANGE_NAMES) prober.frame(encodeMessage([ClientMessage.oneWay, type, K, null, 'open'], args));
    // Behind them all: the answer comes when they are through.
    expect((await prober.call('vault', K, null, 'secret')).error).to.be.instanceOf(TroupeError);
  });

  const header = (bytes: string | Uint8Array, payloadLength = 0): Uint8Array => {
    const head = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
    const frame = new Uint8Array(8 + head.length);
    new DataView(frame.buffer).setUint32(0, head.length);
    new DataView(frame.buffer).setUint32(4, payloadLength);
    frame.set(head, 8);
    return frame;
  };
  const good = encodeMessage([ClientMessage.call, 1, 'vault', K, null, 'secret', 1000, null]);
  const malformed: Readonly<Record<string, unknown>> = {
    'one byte': new Uint8Array(1), 'seven bytes': new Uint8Array(7), 'an empty header': new Uint8Array(8), 'a header that lies about its length': good.slice(0, -1),
    'a header of 4 GB': new Uint8Array(8).fill(255), 'a payload that is missing': header('[1,1]', 10), 'a payload of 4 GB': header('[1,1]', 0xffffffff),
    'a header that is no JSON': header('{'), 'a header that is an object': header('{"0":1,"1":1}'), 'a header that is null': header('null'), 'a header that is a string': header('"[1,1]"'),
    'a header that is no UTF-8': header(new Uint8Array([0x5b, 0x22, 0xff, 0xfe, 0x22, 0x5d])), 'a header of 40 kB': header(JSON.stringify([1, 1, 'x'.repeat(40_000)])),
    'a header nested 10 000 deep': header('['.repeat(10_000) + ']'.repeat(10_000)), 'an empty array': header('[]'), 'a call without an id': header('[1]'),
    'a negative id': header('[1,-1,"vault","k","","open",1,null]'), 'a broken id': header('[1,1.5]'), 'an id of text': header('[1,"1"]'), 'an id beyond 2^53': header('[1,9007199254740993]'), 'an id of null': header('[4,null,"vault"]'),
    'a one-way call to a number': header('[2,1,"k",null,"open"]'), 'a one-way call of nothing': header('[2,"vault","k",null]'), 'a cancel of nothing': header('[3]'), 'an unsubscribe of text': header('[5,"__proto__"]'),
    'a good message before a bad one': joinMessages([good, new Uint8Array(3)]), 'a frame of 2 MB': new Uint8Array(2_000_000), 'text': 'vault.secret()', 'a number': 1, 'nothing': null, 'an object': { type: 'vault', method: 'secret' }, 'a list': [good],
  };
  for (const [what, frame] of Object.entries(malformed)) {
    it(`disconnects a client that sends ${what}`, async () => {
      const stranger = await RawSocket.open(silo.gatewayAddress!, 'friend');
      stranger.socket.emit('f', frame);
      await stranger.closed;
    });
  }

  it('goes on after frames without messages and words that nobody knows', async () => {
    prober.frame(new Uint8Array(0));
    for (const word of ['bye', 'f2', '__proto__', 'constructor', 'connection', 'message', '']) prober.socket.emit(word, 'x', new Uint8Array(3));
    prober.socket.emit('open', () => undefined);
    expect((await prober.call('vault', K, null, 'secret')).error).to.have.property('code', 'ERR_NOT_PUBLIC');
  });

  it('disconnects a client that says what ends its own connection in Socket.IO', async () => {
    const stranger = await RawSocket.open(silo.gatewayAddress!, 'friend');
    stranger.socket.emit('error', 'x');
    await stranger.closed;
  });

  it('survives packets that Socket.IO itself cannot read', async () => {
    const url = `${silo.gatewayAddress}/socket.io/?EIO=4&transport=polling`;
    for (const packet of ['4', '40', '40null', '40[]', '401', '40/admin,', '40/admin,{"token":"prober"}', '42', '42["error"]', '42["disconnect"]', '42[]', '42{}', '451-["f"]', '451-["f",{"_placeholder":true,"num":9}]', '45999999999-["f"]', '43', '44', '49', '4x', 'x', 'bAAAA', '\u001e\u001e', '2probe', '5', '6']) {
      const opened = await (await fetch(url)).text();
      const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
      for (const body of [packet, '40{"token":"friend"}', packet]) await fetch(`${url}&sid=${sid}`, { method: 'POST', body }).then((answer) => answer.text());
      await fetch(`${url}&sid=${sid}`, { method: 'POST', body: '1' }).then((answer) => answer.text());
    }
  });

  it('takes any well-formed key for what it is: a name', async () => {
    const names = ['__proto__', 'constructor', 'a\0b', '../up', '*'];
    for (const key of names) expect(await friend.actor<Vault>('vault', key).open(), key).to.equal('opened');
    expect(active()).to.contain('vault/__proto__').and.contain('vault/constructor');
    for (const key of names) await silo.actor(Vault, key).manage.deactivate();
    touched.length = 0;
  });
});

describe('the counter of these probes', () => {
  it('notices calls, getters, and looking for a name', async () => {
    const silo = await startSilo({ modules: [Vault, Guest], log: 'silent' });
    touched.length = 0;
    await silo.actor(Vault, 'self-check').open();
    expect(touched).to.include.members(['Vault', 'onActivate', 'open', 'vault get open']);
    touched.length = 0;
    void (Vault.prototype as unknown as Record<string, unknown>)['nobody has this'];
    void ('also not this' in Vault);
    void Vault.prototype.treasure;
    expect(touched).to.deep.equal(['Vault.prototype get nobody has this', 'Vault has also not this', 'hush', 'treasure']);
    await silo.stop();
    touched.length = 0;
  });
});
