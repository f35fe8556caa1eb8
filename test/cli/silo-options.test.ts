import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { resolveSiloOptions, type ResolvedSiloOptions } from '../../silo/silo-options.js';

/** Resolves what a user without types might write. */
function resolve(options: unknown): ResolvedSiloOptions {
  return resolveSiloOptions(options as Parameters<typeof resolveSiloOptions>[0]);
}

function refusal(options: unknown): string {
  try {
    resolve(options);
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigurationError);
    return (error as Error).message;
  }
  return 'accepted';
}

const modules = ['./actors.js'];
const withGateway = (gateway: object) => ({ modules, gateway: { authenticate: 'anonymous', ...gateway } });

describe('the options of a silo', () => {
  it('have defaults for everything but the modules', () => {
    expect(resolve({ modules })).to.deep.equal({
      cluster: 'default', modules, watch: false, deployLock: join(process.cwd(), '.troupe-deploy.lock'), redis: undefined, durability: 'primary', listen: { host: '127.0.0.1', port: undefined }, advertise: undefined, gateway: undefined, secrets: [],
      labels: {}, placement: { default: 'random', policies: [] }, log: 'info',
    });
  });

  it('have defaults for a gateway: this machine alone, its own origin, and the limits of the contract', () => {
    expect(resolve(withGateway({})).gateway).to.deep.equal({
      port: 3000, host: '127.0.0.1', authenticate: 'anonymous', authorize: undefined, session: undefined, origins: [], page: undefined, advertise: undefined,
      limits: { callsPerSecond: 200, burst: 400, inFlight: 100, bytes: 65_536, depth: 32, nodes: 10_000, subscriptions: 256 },
    });
  });

  it('keep what is given', () => {
    const authenticate = () => ({ id: 'p1' });
    const page = fileURLToPath(new URL('.', import.meta.url));
    expect(resolve(withGateway({ advertise: 'https://eu.game.example/' })).gateway).to.have.property('advertise', 'https://eu.game.example');
    const { gateway } = resolve({ modules, gateway: { port: 0, authenticate, origins: ['https://game.example'], limits: { callsPerSecond: 5 }, page: new URL('.', import.meta.url) } });
    expect(gateway).to.include({ port: 0, authenticate });
    expect(gateway?.page).to.equal(page.replace(/\/$/, '') + '/');
    expect(gateway?.limits).to.include({ callsPerSecond: 5, burst: 10 });
  });

  it('keep placement policies as they are given, also instances of classes, and take one of them for the default', () => {
    class Mine {
      readonly name = 'mine';
      choose(): undefined {}
    }
    const mine = new Mine();
    const { placement } = resolve({ modules, placement: { default: 'mine', policies: [mine] } });
    expect(placement).to.deep.equal({ default: 'mine', policies: [mine] });
    expect(placement.policies[0]).to.equal(mine);
  });

  const unknown: readonly [options: unknown, message: RegExp][] = [
    [{ modules, clstr: 'a' }, /^clstr is not an option; known: advertise, cluster, deployLock, durability, gateway, labels, listen, log, modules, placement, redis, secret, watch$/],
    [{ modules, listen: { prt: 1 } }, /^listen\.prt is not an option; known: host, port$/],
    [withGateway({ limts: {} }), /^gateway\.limts is not an option; known: advertise, authenticate, authorize, host, limits, origins, page, port, session$/],
    [withGateway({ limits: { rate: 1 } }), /^gateway\.limits\.rate is not an option; known: burst, bytes, callsPerSecond, depth, inFlight, nodes, subscriptions$/],
    [{ modules, placement: { constructor: 'hash' } }, /^placement\.constructor is not an option; known: default, policies$/],
  ];
  for (const [options, message] of unknown) {
    it(`refuse an unknown option at any depth: ${String(message).slice(2, 24)}`, () => expect(refusal(options)).to.match(message));
  }

  const planned = [{ capacity: { activations: 1 } }];
  for (const option of planned) {
    const [name = ''] = Object.keys(option);
    it(`refuse what is not implemented yet, by name: ${name}`, () => {
      expect(refusal({ modules, ...option })).to.match(new RegExp(`^${name} is not implemented in this version; leave it out`));
    });
  }

  const malformed: readonly [options: unknown, message: RegExp][] = [
    [undefined, /^the silo options: undefined is not an object/],
    [{}, /^modules is required/],
    [{ modules: './a.js' }, /^modules: '\.\/a\.js' is not a list/],
    [{ modules: [''] }, /^modules\[0\]: '' is not a module/],
    [{ modules, cluster: 'two words' }, /^cluster: 'two words' is not a name/],
    [{ modules, redis: 'db:6379' }, /^redis: 'db:6379' is not a Redis/],
    [{ modules, redis: 6379 }, /^redis: 6379 is not a Redis/],
    [{ modules, redis: 'redis://db', durability: 'everywhere' }, /^durability: 'everywhere' is not known; use one of primary, replicated$/],
    [{ modules, durability: 'replicated' }, /^durability: 'replicated' needs a Redis with a replica; set redis, or leave durability out/],
    [{ modules, listen: { port: 70_000 } }, /^listen\.port: 70000 is not a port/],
    [{ modules, listen: [] }, /^listen: an array is not an object/],
    [{ modules, labels: { zone: 1 } }, /^labels\.zone: 1 is not a label/],
    [{ modules, placement: { default: 'best' } }, /^placement\.default: 'best' is not known; use one of random, prefer-local/],
    [{ modules, placement: { default: 'best', policies: [{ name: 'mine', choose() {} }] } }, /^placement\.default: 'best' is not known; use one of random, .*, zone, mine$/],
    [{ modules, placement: { policies: { name: 'mine' } } }, /^placement\.policies: an object is not a list; use \[myPolicy\]$/],
    [{ modules, placement: { policies: ['hash'] } }, /^placement\.policies\[0\]: 'hash' is not a placement policy; use \{ name, choose\(request, candidates\) \}$/],
    [{ modules, placement: { policies: [class Mine {}] } }, /^placement\.policies\[0\]: a function is not a placement policy; give an instance, not the class/],
    [{ modules, placement: { policies: [{ choose() {} }] } }, /^placement\.policies\[0\]\.name: undefined is not a name/],
    [{ modules, placement: { policies: [{ name: 'two words', choose() {} }] } }, /^placement\.policies\[0\]\.name: 'two words' is not a name/],
    [{ modules, placement: { policies: [{ name: 'mine', pick() {} }] } }, /^placement\.policies\[0\]\.choose: undefined is not a function; use choose\(request, candidates\)/],
    [{ modules, placement: { policies: [{ name: 'random', choose() {} }] } }, /^placement\.policies\[0\]\.name: 'random' is not free; a policy has that name already/],
    [{ modules, placement: { policies: [{ name: 'a', choose() {} }, { name: 'a', choose() {} }] } }, /^placement\.policies\[1\]\.name: 'a' is not free/],
    [{ modules, log: 'loud' }, /^log: 'loud' is not known; use one of trace, debug/],
    [{ modules, log: { info() {} } }, /^log: an object is not a logger; it lacks trace\(\)/],
    [withGateway({ port: '3000' }), /^gateway\.port: '3000' is not a port/],
    [withGateway({ host: '' }), /^gateway\.host: '' is not a host/],
    [withGateway({ authorize: true }), /^gateway\.authorize: true is not a function/],
    [withGateway({ session: 'a b' }), /^gateway\.session: 'a b' is not a name/],
    [withGateway({ origins: ['game.example'] }), /^gateway\.origins\[0\]: 'game\.example' is not an origin/],
    [withGateway({ advertise: 'eu.game.example' }), /^gateway\.advertise: 'eu\.game\.example' is not a gateway's address; give it as clients reach it/],
    [withGateway({ advertise: 'https://game.example/eu' }), /^gateway\.advertise: 'https:\/\/game\.example\/eu' is not a gateway's address/],
    [withGateway({ origins: 'https://game.example' }), /^gateway\.origins: 'https:\/\/game\.example' is not a list/],
    [withGateway({ limits: { bytes: 0 } }), /^gateway\.limits\.bytes: 0 is not a limit/],
    [withGateway({ page: './no-such-folder' }), /^gateway\.page: '\.\/no-such-folder' is not a folder; create \/.*no-such-folder/],
    [{ modules, gateway: { authenticate: 'nobody' } }, /^gateway\.authenticate: 'nobody' is not a way to authenticate/],
  ];
  for (const [options, message] of malformed) {
    it(`refuse a bad value: ${String(message).slice(2, 50)}`, () => expect(refusal(options)).to.match(message));
  }

  it('require that a gateway says who may come in, telling both ways', () => {
    expect(refusal({ modules, gateway: { port: 3000 } })).to.match(/^gateway\.authenticate is required: give a function .* 'anonymous' \(--auth anonymous\)/);
  });

  it('require a secret when listening beyond loopback', () => {
    expect(refusal({ modules, listen: { host: '0.0.0.0' } })).to.match(/^secret is required/);
    expect(refusal({ modules, listen: { host: '0.0.0.0' }, secret: 's' })).to.equal('accepted');
    expect(refusal({ modules, listen: { host: '0.0.0.0' }, secret: ['new', 'old'] })).to.equal('accepted');
    expect(refusal({ modules, secret: [] })).to.match(/^secret: .*name one, or two while they are exchanged$/);
    expect(refusal({ modules, secret: ['new', 7] })).to.match(/^secret\[1\]: /);
    expect(refusal({ modules, advertise: '10.0.0.7' })).to.match(/^advertise: .*use 'ws:\/\/host:port'/);
    for (const host of ['localhost', '127.0.0.2', '::1']) expect(refusal({ modules, listen: { host } })).to.equal('accepted');
  });
});
