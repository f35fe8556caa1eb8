// The messages that docs/errors.md quotes, each raised by the mistake that it is about: what the page says is what people read.
import 'reflect-metadata';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Actor, ActorEvent, ConfigurationError, ReadOnly, Serializable, State, type ActorContext } from '../../sdk/index.js';
import { startSilo, type SiloOptions } from '../../silo/index.js';
import { failure, memorySilo } from '../support/memory-silo.js';
import { readPage } from './pages.js';

type Apply = (...applied: unknown[]) => unknown;

const apply = (decorator: unknown, ...applied: unknown[]): unknown => (decorator as Apply)(...applied);
const start = (options: object): Promise<unknown> => startSilo({ log: 'silent', ...options } as SiloOptions);

@ActorEvent('told-rang') class Rang {}
@Actor({ name: 'told-hero' }) class Hero {
  static left: ActorContext<Hero>;
  constructor(private readonly ctx: ActorContext<Hero>) {}
  leave(): void { Hero.left = this.ctx; }
  @ReadOnly() async ring(): Promise<void> { await this.ctx.emit(new Rang()); }
}
@Actor({ name: 'told-arrow' }) class Arrow { greet = (): number => 1; ping(): number { return 1; } }

/** Runs `act` with the hero of a silo. */
async function withHero<T>(act: (hero: { leave(): Promise<void>; ring(): Promise<void>; wake(): Promise<unknown> }) => Promise<T>): Promise<T> {
  const { actor, runtime } = memorySilo([Hero, Arrow]);
  const hero = actor(Hero, 'h');
  try {
    return await act({ leave: () => hero.leave(), ring: () => hero.ring(), wake: () => actor(Arrow, 'a').ping() });
  } finally {
    await runtime.stop();
  }
}

function actorOnly(name: string): object {
  @Actor({ name }) class Same { one(): void {} }
  return Same;
}

async function fromFile(text: string, query: readonly string[] = ['']): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-told-'));
  try {
    writeFileSync(join(folder, 'a.mjs'), text);
    return await start({ modules: query.map((part) => new URL(`file://${join(folder, 'a.mjs')}${part}`)) });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const DOOR = new URL('../../sdk/index.js', import.meta.url).href;

/** By the quoted message: the mistake. */
const MISTAKES: Readonly<Record<string, () => unknown>> = {
  'set "experimentalDecorators": true in the "compilerOptions" of tsconfig.json': () => apply(Actor(), class {}, { kind: 'class', name: 'Hero' }),
  '… needs parentheses: write …(...) with options or …()': () => apply(Actor, class Bare {}),
  'is not implemented in this version': () => start({ modules: [Hero], capacity: { activations: 1 } }),
  'unknown option "…"': () => apply(apply(Actor, { colour: 'red' }), class Coloured {}),
  'is not an option; known:': () => start({ modules: [Hero], gateway: { authenticate: 'anonymous', colour: 'red' } }),
  'is undefined: its module has not loaded yet (circular import); write a thunk: () => TheClass': () => apply(apply(Actor, { components: [undefined] }), class Early {}),
  'is used before it is defined': () => fromFile('export class Dog extends Animal {}\nclass Animal {}'),
  'is an arrow-function field; make it a method': () => withHero(async ({ wake }) => { throw (await failure(wake())).cause; }),
  'the name is reserved for handles': () => apply(Actor(), class Reserved { on(): void {} }),
  'has the name of a @State field; one of them would hide the other': () => {
    class Base { hp(): void {} }
    class Hidden extends Base {}
    apply(State(), Hidden.prototype, 'hp');
    return apply(Actor(), Hidden);
  },
  "two actors are named '…'": () => start({ modules: [actorOnly('told-two'), actorOnly('told-two')] }),
  'is loaded twice': () => fromFile(`import { Actor } from '${DOOR}'; export class Twice {} Actor()(Twice);`, ['', '?v=2']),
  'is taken by class …': () => {
    apply(Serializable('told-taken'), class First {});
    return apply(Serializable('told-taken'), class Second {});
  },
  'is taken by another class …, written alike': () => [1, 2].map(() => apply(Serializable('told-alike'), class Alike {})),
  'was decorated by another copy of troupe than this one': () => {
    class Stranger {}
    Reflect.defineMetadata('troupe:actor', {}, Stranger);
    return start({ modules: [Stranger] });
  },
  'has no @Actor(), @Component() or @Service()': () => start({ modules: [class Plain {}] }),
  'matches no file in …; compile the actors, or correct the pattern': () => start({ modules: ['./no-such-folder/*.js'] }),
  'no actor in …; export a class with @Actor()': () => start({ modules: [{ nothing: 1 }] }),
  'secret is required when listening beyond loopback': () => start({ modules: [Hero], listen: { host: '0.0.0.0' } }),
  "durability: 'replicated' needs a Redis with a replica": () => start({ modules: [Hero], durability: 'replicated' }),
  'no turn is running; read it inside a method, handler, timer or hook': () => withHero(async ({ leave }) => {
    await leave();
    return Hero.left.call;
  }),
  'is @ReadOnly: it cannot emit …': () => withHero(({ ring }) => ring()),
};

/** The parts of the message stand in it, in this order. */
function quotes(message: string, quoted: string): boolean {
  let from = 0;
  return quoted.split('…').every((part) => {
    const at = message.indexOf(part.trim(), from);
    from = at + part.trim().length;
    return at >= 0;
  });
}

describe('the configuration errors of docs/errors.md', () => {
  const quoted = [...readPage('docs/errors.md').matchAll(/^\| `([^`]+)` \|/gm)].map(([, message]) => message!);

  it('are those that the mistakes below raise, and all of them', () => {
    expect(quoted).to.deep.equal([...new Set(quoted)]);
    expect(quoted).to.have.members(Object.keys(MISTAKES));
  });

  for (const [message, make] of Object.entries(MISTAKES)) {
    it(`have the words that people read: ${message}`, async () => {
      const error = await failure((async (): Promise<unknown> => await make())());
      expect(error).to.be.instanceOf(ConfigurationError);
      expect(quotes(error.message, message), error.message).to.equal(true);
    });
  }

  it('would not be found true of other words', () => {
    expect(quotes("modules: two actors are named 'a': …", "two actor classes are named '…'")).to.equal(false);
    expect(quotes('b … a', 'a … b')).to.equal(false);
  });
});
