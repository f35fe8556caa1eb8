import { expect } from 'chai';
import { ClientMessage } from '../../protocol/client-wire.js';
import { testGateway, type Outcome, type RawClient, type TestGateway } from './gateway-fixture.js';
import { Arena, Hero, Hidden, Judged, Moved, Whispered } from './heroes.js';

const OBJECT_MEMBERS = Object.getOwnPropertyNames(Object.prototype);
const FUNCTION_MEMBERS = ['apply', 'bind', 'call', 'length', 'name', 'arguments', 'caller', 'prototype'];
const TABLE_MEMBERS = ['size', 'get', 'has', 'set', 'keys', 'entries', 'forEach'];
const RESERVED = ['id', 'with', 'tell', 'oneWay', 'on', 'then', 'manage', 'toJSON', 'onActivate', 'onConnect', 'onDisconnect'];
const NOT_PUBLIC = ['hidden', 'inherited', 'guarded', 'hurt', 'closed', 'secretField', '#secret', 'gw-hidden'];
const CASES = ['Greet', 'GREET', 'gREET', 'HERO', 'Hero', 'health', 'HEALTH', 'Gw-moved', 'ARENA'];
const PUNCTUATED = [
  ' greet', 'greet ', 'greet\n', 'greet()', 'greet.call', 'hero.greet', 'Health.level', 'Health#level', 'hero/p1', '../hero', '*', '%67reet', 'gr\u0435et',
  'greet\u200b', '[0]', '$where',
];
const STRANGE = ['', 'x'.repeat(10_240), '\0', 'greet\0', '\0greet', '\ud800', '0', '-1', 'NaN', 'null', 'undefined', 'true'];
const NO_STRINGS: readonly unknown[] = [0, 1, -1, 1.5, 1e308, true, false, [], ['greet'], {}, { toString: 'greet' }];

const NAMES: readonly unknown[] = [
  ...OBJECT_MEMBERS, ...FUNCTION_MEMBERS, ...TABLE_MEMBERS, ...RESERVED, ...NOT_PUBLIC, ...CASES, ...PUNCTUATED, ...STRANGE, ...NO_STRINGS,
];

const REFUSALS = ['ERR_UNKNOWN_ACTOR_TYPE', 'ERR_UNKNOWN_COMPONENT', 'ERR_UNKNOWN_METHOD', 'ERR_NOT_PUBLIC', 'ERR_FORBIDDEN', 'ERR_INVALID_ARGUMENT'];

/** The same name in each place of a request; everything else in the request is open to the client. */
const PLACES: Readonly<Record<string, (client: RawClient, name: unknown) => Promise<Outcome>>> = {
  type: (client, name) => client.call(name, 'p1', null, 'greet'),
  // Any well-formed key is somebody's; `look` is open to oneself only.
  key: (client, name) => client.call('hero', name, null, 'look'),
  component: (client, name) => client.call('hero', 'p1', name, 'level'),
  method: (client, name) => client.call('hero', 'p1', null, name),
  'method of a component': (client, name) => client.call('hero', 'p1', 'Health', name),
  event: (client, name) => client.subscribe('hero', 'p1', null, name),
  'type of an event': (client, name) => client.subscribe(name, 'p1', null, 'gw-moved'),
  'key of an event': (client, name) => client.subscribe('hero', name, null, 'gw-whispered'),
  'component of an event': (client, name) => client.subscribe('hero', 'p1', name, 'gw-moved'),
};

describe('what a gateway keeps closed, asked in raw messages', () => {
  let gateway: TestGateway;
  let client: RawClient;

  before(async () => {
    gateway = await testGateway([Hero, Arena], [Moved, Whispered, Judged, Hidden], { session: 'hero', limits: { callsPerSecond: 1_000_000 } });
    client = await gateway.join('p1');
  });
  afterEach(() => {
    gateway.backend.envelopes.length = 0;
    gateway.backend.live.clear();
    gateway.backend.touches = 0;
  });
  after(() => gateway.gateway.stop());

  it('is told from what is open: the same requests with the right names arrive', async () => {
    expect(await client.call('hero', 'p1', null, 'greet')).to.have.property('value');
    expect(await client.call('hero', 'p1', null, 'look')).to.have.property('value');
    expect(await client.call('hero', 'p1', 'Health', 'level')).to.have.property('value');
    expect(gateway.backend.envelopes).to.have.length(3);
    expect(gateway.backend.touches).to.be.above(0);
    expect(await client.subscribe('hero', 'p1', 'Health', 'gw-moved')).to.have.property('value');
    expect(await client.subscribe('hero', 'p1', null, 'gw-whispered')).to.have.property('value');
    expect(gateway.backend.live.size).to.equal(2);
  });

  for (const [place, probe] of Object.entries(PLACES)) {
    it(`reaches no user code by ${NAMES.length} names in the place of the ${place}`, async () => {
      for (const name of NAMES) {
        const { error, ...rest } = await probe(client, name);
        const shown = JSON.stringify(name).slice(0, 40);
        expect(rest, shown).to.not.have.property('value');
        expect(REFUSALS, `${shown}: ${error?.message}`).to.include(error?.code);
        expect(error!.message.length, 'a refusal does not repeat a long name').to.be.below(1200);
      }
      expect(gateway.backend.envelopes).to.deep.equal([]);
      expect(gateway.backend.live.size).to.equal(0);
      expect(gateway.backend.touches).to.equal(0);
    });
  }

  it('reaches no user code by one-way calls either', async () => {
    for (const name of NAMES) {
      for (const header of [[name, 'p1', null, 'greet'], ['hero', name, null, 'look'], ['hero', 'p1', name, 'level'], ['hero', 'p1', null, name]]) {
        // What is no string is no client's message, and there is nobody to answer: it ends the connection.
        const sender = header.every((part) => part === null || typeof part === 'string') ? client : await gateway.join('p1');
        sender.say([ClientMessage.oneWay, ...header], []);
      }
    }
    await gateway.clock.advance(1);
    expect(client.closed).to.equal(undefined);
    expect(gateway.backend.envelopes).to.deep.equal([]);
  });
});
