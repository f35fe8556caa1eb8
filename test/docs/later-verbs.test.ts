// What the contract has and this version refuses: found by trying everything that is declared, and said where it is declared.
import { expect } from 'chai';
import { HOOKS } from '../../decorators/index.js';
import * as author from '../../sdk/index.js';
import { EntityContext } from '../../sdk/context/entity-context.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { hooksOfLaterVersions } from '../../silo/later-hooks.js';
import { actorMetadata } from '../../decorators/index.js';
import { docComments } from './declarations.js';

const { Actor, ActorEvent, Component, On, Public, ReadOnly, Service, State } = author;

@ActorEvent('later-said') class Said {}
@Actor({ name: 'later-tried' }) class Tried {
  constructor(private readonly ctx: author.ActorContext<Tried>) {}
  async lacks(): Promise<readonly string[]> {
    return lacking(Object.getOwnPropertyNames(EntityContext.prototype).filter((name) => !ENDS.includes(name)), (name) => (this.ctx as unknown as Members)[name], this.ctx);
  }
  async lacksOptions(names: readonly string[]): Promise<readonly string[]> {
    return lacking(names, (name) => () => this.ctx.emit(new Said(), { [name]: true } as author.EmitOptions));
  }
}

type Members = Readonly<Record<string, unknown>>;

/** These would end what is tried. */
const ENDS = ['constructor', 'destroy', 'deactivate', 'stop'];
const NOTE = /Not in this version: (?:refused with|rejects with) `ConfigurationError`|Not in this version: never called/;

/** The names that are refused as of a later version: when they are read, or when they are called with nothing. */
async function lacking(names: readonly string[], read: (name: string) => unknown, self?: object): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const name of names) {
    try {
      const value = read(name);
      if (typeof value === 'function') await (value as () => unknown).call(self);
    } catch (error) {
      if (/ is not implemented in this version/.test((error as Error).message)) refused.push(name);
    }
  }
  return refused.sort();
}

/** The members whose every overload has the note. */
function noted(comments: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...comments].filter(([, texts]) => texts.every((text) => NOTE.test(text))).map(([name]) => name).sort();
}

function members(file: string, name: string): readonly string[] {
  return [...docComments(file, name).keys()];
}

describe('what this version lacks is said where it is declared, and nothing else is:', () => {
  let silo: Silo;
  before(async () => { silo = await startSilo({ modules: [Tried], log: 'silent' }); });
  after(() => silo.stop());

  it('contexts', async () => {
    const lacks = await silo.actor(Tried, 'x').lacks();
    expect(lacks).to.include.members(['migrate']);
    const declared = ['BaseContext', 'EntityContext'].flatMap((name) => noted(docComments('sdk/author/context.d.ts', name)));
    expect(declared.sort()).to.deep.equal(lacks);
  });

  it('events', async () => {
    const names = members('sdk/author/events.d.ts', 'DurableEmitOptions');
    const lacks = await silo.actor(Tried, 'x').lacksOptions(names);
    expect(lacks).to.deep.equal([]);
    expect(noted(docComments('sdk/author/events.d.ts', 'DurableEmitOptions'))).to.deep.equal(lacks);
  });

  it('handles', async () => {
    const handle = silo.actor(Tried, 'x') as unknown as Members;
    const file = 'sdk/author/handle.d.ts';
    const lacks = await lacking(members(file, 'HandleVerbs'), (name) => handle[name], handle);
    expect(noted(docComments(file, 'HandleVerbs'))).to.deep.equal(lacks);
    const manage = handle['manage'] as Members;
    expect(noted(docComments(file, 'ManageHandle'))).to.deep.equal(await lacking(members(file, 'ManageHandle').filter((name) => !ENDS.includes(name)), (name) => manage[name]));
  });

  it('silos', async () => {
    const comments = docComments('silo/silo.d.ts', 'Silo');
    const lacks = await lacking([...comments.keys()].filter((name) => !ENDS.includes(name)), (name) => (silo as unknown as Members)[name], silo);
    expect(lacks).to.include.members(['setCapacity']);
    expect(noted(comments)).to.deep.equal(lacks);
  });

  it('decorators', async () => {
    const lacks = await lacking(Object.keys(author).filter((name) => !name.endsWith('Error')), (name) => {
      const value = (author as Members)[name];
      return () => void (value as () => unknown)();
    });
    expect(lacks).to.deep.equal([]);
  });

  type Apply = (options: object) => void;
  /** A method of a new class. */
  const member = (): readonly [object, string, never] => {
    class Given { heard(): void {} }
    return [Given.prototype, 'heard', Object.getOwnPropertyDescriptor(Given.prototype, 'heard') as never];
  };
  const options: Readonly<Record<string, readonly [file: string, apply: Apply, expected: readonly string[]]>> = {
    ActorOptions: ['decorators/actor.d.ts', (given) => Actor(given)(class Given {}), ['pinned', 'version', 'weight']],
    ComponentOptions: ['decorators/component.d.ts', (given) => Component(given)(class Given {}), ['version']],
    ServiceOptions: ['decorators/service.d.ts', (given) => Service(given)(class Given {}), []],
    OnOptions: ['decorators/on.d.ts', (given) => On(Said, { from: 'self', ...given })(...member()), []],
    PublicOptions: ['decorators/public.d.ts', (given) => Public(given)(...member()), []],
    ReadOnlyOptions: ['decorators/read-only.d.ts', (given) => ReadOnly(given)(...member()), []],
    StateOptions: ['decorators/state.d.ts', (given) => State(given)(class Given {}.prototype, 'field'), []],
    CallOptions: ['sdk/author/call-options.d.ts', (given) => void silo.actor(Tried, 'x').with(given), ['scope', 'version', 'within']],
  };
  for (const [name, [file, apply, expected]] of Object.entries(options)) {
    it(`options: ${name}`, async () => {
      const comments = docComments(file, name);
      const lacks = await lacking([...comments.keys()], (option) => () => apply({ [option]: 1 }));
      expect(lacks).to.deep.equal(expected);
      expect(noted(comments)).to.deep.equal(lacks);
    });
  }

  const siloOptions: Readonly<Record<string, readonly [wrap: (given: object) => object, expected: readonly string[]]>> = {
    SiloOptions: [(given) => given, ['capacity']],
    ListenOptions: [(listen) => ({ listen }), []],
    GatewayOptions: [(gateway) => ({ gateway: { authenticate: 'anonymous', ...gateway } }), []],
  };
  for (const [name, [wrap, expected]] of Object.entries(siloOptions)) {
    it(`options: ${name}`, async () => {
      const comments = docComments('silo/silo-options.d.ts', name);
      // No class: what is accepted does not start.
      const lacks = await lacking([...comments.keys()], (option) => () => startSilo({ modules: [], ...wrap({ [option]: { x: 1 } }) }));
      expect(lacks).to.deep.equal(expected);
      expect(noted(comments)).to.deep.equal(lacks);
    });
  }

  it('hooks', () => {
    class Hooked {}
    for (const hook of HOOKS) Object.defineProperty(Hooked.prototype, hook, { value: () => undefined, writable: true, configurable: true });
    Actor({ name: 'later-hooked' })(Hooked);
    const never = hooksOfLaterVersions([actorMetadata(Hooked)!]).map((hook) => hook.replace('Hooked.', ''));
    const declared = HOOKS.flatMap((hook) => {
      const name = `O${hook.slice(1)}`;
      // The interfaces are there for those that users are likely to write.
      return ['OnActivate', 'OnDeactivate', 'OnDehydrate', 'OnRehydrate', 'OnConnect', 'OnDisconnect'].includes(name) ? noted(docComments('sdk/author/hooks.d.ts', name)) : [];
    });
    expect(declared).to.have.members(['onDehydrate', 'onRehydrate']);
    expect(never).to.include.members(declared);
  });
});
