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
      cluster: 'default', modules, redis: undefined, listen: { host: '127.0.0.1', port: 11_111 }, gateway: undefined, secret: undefined,
      labels: {}, placement: { default: 'random' }, log: 'info',
    });
  });

  it('have defaults for a gateway: this machine alone, its own origin, and the limits of the contract', () => {
    expect(resolve(withGateway({})).gateway).to.deep.equal({
      port: 3000, host: '127.0.0.1', authenticate: 'anonymous', authorize: undefined, session: undefined, origins: [], page: undefined,
      limits: { callsPerSecond: 200, burst: 400, inFlight: 100, bytes: 65_536, depth: 32, nodes: 10_000, subscriptions: 256 },
    });
  });

  it('keep what is given', () => {
    const authenticate = () => ({ id: 'p1' });
    const page = fileURLToPath(new URL('.', import.meta.url));
    const { gateway } = resolve({ modules, gateway: { port: 0, authenticate, origins: ['https://game.example'], limits: { callsPerSecond: 5 }, page: new URL('.', import.meta.url) } });
    expect(gateway).to.include({ port: 0, authenticate });
    expect(gateway?.page).to.equal(page.replace(/\/$/, '') + '/');
    expect(gateway?.limits).to.include({ callsPerSecond: 5, burst: 10 });
  });

  const unknown: readonly [options: unknown, message: RegExp][] = [
    [{ modules, clstr: 'a' }, /^clstr is not an option; known: cluster, gateway, labels, listen, log, modules, placement, redis, secret$/],
    [{ modules, listen: { prt: 1 } }, /^listen\.prt is not an option; known: host, port$/],
    [withGateway({ limts: {} }), /^gateway\.limts is not an option; known: authenticate, authorize, host, limits, origins, page, port, session$/],
    [withGateway({ limits: { rate: 1 } }), /^gateway\.limits\.rate is not an option; known: burst, bytes, callsPerSecond, depth, inFlight, nodes, subscriptions$/],
    [{ modules, placement: { constructor: 'hash' } }, /^placement\.constructor is not an option; known: default$/],
  ];
  for (const [options, message] of unknown) {
    it(`refuse an unknown option at any depth: ${String(message).slice(2, 24)}`, () => expect(refusal(options)).to.match(message));
  }

  const planned = [{ advertise: 'ws://10.0.0.7:1' }, { capacity: { activations: 1 } }, { placement: { policies: [] } }];
  for (const option of planned) {
    const [name = ''] = Object.keys(option);
    it(`refuse what is not implemented yet, by name: ${name}`, () => {
      expect(refusal({ modules, ...option })).to.match(new RegExp(`^${name}(\\.policies)? is not implemented in this version; leave it out`));
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
    [{ modules, listen: { port: 70_000 } }, /^listen\.port: 70000 is not a port/],
    [{ modules, listen: [] }, /^listen: an array is not an object/],
    [{ modules, labels: { zone: 1 } }, /^labels\.zone: 1 is not a label/],
    [{ modules, placement: { default: 'best' } }, /^placement\.default: 'best' is not known; use one of random, prefer-local/],
    [{ modules, log: 'loud' }, /^log: 'loud' is not known; use one of trace, debug/],
    [{ modules, log: { info() {} } }, /^log: an object is not a logger; it lacks trace\(\)/],
    [withGateway({ port: '3000' }), /^gateway\.port: '3000' is not a port/],
    [withGateway({ host: '' }), /^gateway\.host: '' is not a host/],
    [withGateway({ authorize: true }), /^gateway\.authorize: true is not a function/],
    [withGateway({ session: 'a b' }), /^gateway\.session: 'a b' is not a name/],
    [withGateway({ origins: ['game.example'] }), /^gateway\.origins\[0\]: 'game\.example' is not an origin/],
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
    for (const host of ['localhost', '127.0.0.2', '::1']) expect(refusal({ modules, listen: { host } })).to.equal('accepted');
  });
});
