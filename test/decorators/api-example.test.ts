import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);

/** In a process of its own: the example's wire names (`died`, `moved`, `vec2`) are those that other tests and examples like to take, too. */
async function evaluate(expression: string): Promise<unknown> {
  const modules = ['./api-example.js', './api-arena.js', '../../decorators/index.js'].map((path) => `...await import(${JSON.stringify(new URL(path, import.meta.url).href)})`);
  const script = `const { Player, Health, Died, Moved, Arena, actorMetadata, componentMetadata, eventMetadata } = { ${modules.join(', ')} };
    console.log(JSON.stringify(${expression}));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { timeout: 15_000 });
  return JSON.parse(stdout);
}

describe('the example of the public contract', () => {
  it('compiles, loads and says of itself what its decorators say', async () => {
    const said = await evaluate(`{
      player: (({ name, idleAfterMs, placement, state, methods, hooks, timers, handlers, components }) => ({
        name, idleAfterMs, placement, timers, state: [...state.values()], methods: [...methods.keys()], hooks: [...hooks],
        handlers: handlers.map(({ method, event, eventName, from }) => [method, event === Died, eventName, from]),
        components: components().map(({ name, isolation, tags, target }) => [name, isolation, tags, target === Health]),
      }))(actorMetadata(Player)),
      level: componentMetadata(Health).methods.get('level'),
      moved: eventMetadata(Moved),
      arena: actorMetadata(Arena).name,
    }`);
    expect(said).to.deep.equal({
      player: {
        name: 'player', idleAfterMs: 900_000, placement: { policy: 'prefer-local', options: {} },
        state: [{ name: 'position', lazy: true }, { name: 'lives', lazy: false }],
        methods: ['move', 'strike'], hooks: ['onActivate', 'onDisconnect'], timers: [{ method: 'tick', periodMs: 50 }],
        handlers: [['onDied', true, 'died', 'self']],
        components: [['Health', 'worker', ['vital'], true]],
      },
      level: { name: 'level', minArity: 0, maxArity: 0, readOnly: true, strict: false, interleave: false, public: { for: 'default' }, delivery: { attempts: 5, backoffMs: 100, isStrict: true } },
      moved: { name: 'moved', public: { for: 'default' } },
      arena: 'arena',
    });
  });
});
