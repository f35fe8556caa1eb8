// A field that holds a function looks like a method. Whoever calls it first is told so, before anything of the class was constructed.
import { expect } from 'chai';
import { Actor, Component, UnknownMethodError } from '../../sdk/index.js';
import { startTestCluster } from '../../silo/testing/index.js';
import { failure, memorySilo } from '../support/memory-silo.js';
import { Project } from './project.js';

type Methods = Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;

const SOURCE = `import { Actor } from 'troupe';
  class Base { inherited = (): number => 1; }
  @Actor({ name: 'PREFIX' }) export class Greeter extends Base {
    private readonly text = 'hello';
    greet = (name: string, at: Date = new Date(Date.now())): string => \`\${this.text} \${name} \${at.toISOString()}\`;
    later = async (): Promise<string> => this.text;
    old = function (): number { return 1; };
    number = (1 + 2) * 3;
    twice(): number[] { const local = (n: number): number => 2 * n; return [1].map(local); }
  }`;
const arrow = (where: string): string => `Greeter.${where} is an arrow-function field; make it a method: \`${where}(…) { … }\``;
const NOTES: Readonly<Record<string, string>> = {
  greet: `: ${arrow('greet')}`,
  later: `: ${arrow('later')}`,
  inherited: `: ${arrow('inherited')}`,
  old: ': Greeter.old is a field that holds a function; make it a method: `old(…) { … }`',
  text: '', number: '', local: '', nothing: '',
};

const COMPILERS: Readonly<Record<string, (project: Project) => unknown>> = {
  'tsc': (project) => project.tsc({ target: 'ES2022', experimentalDecorators: true }),
  'tsc with fields that are assigned': (project) => project.tsc({ target: 'ES2022', experimentalDecorators: true, useDefineForClassFields: false }),
  'tsc with fields that are defined one by one': (project) => project.tsc({ target: 'ES2020', experimentalDecorators: true, useDefineForClassFields: true }),
  'esbuild': (project) => project.esbuild({ target: 'ES2022', experimentalDecorators: true }),
  'esbuild that keeps names (tsx)': (project) => project.esbuild({ target: 'ES2022', experimentalDecorators: true }, true),
  'esbuild for older engines': (project) => project.esbuild({ target: 'ES2020', experimentalDecorators: true, useDefineForClassFields: true }),
};

describe('a call of a field that holds a function', () => {
  let run = 0;
  for (const [compiler, compile] of Object.entries(COMPILERS)) {
    const name = `fields${++run}`;
    it(`says what it is and what to write, before the actor wakes: ${compiler}`, async () => {
      using project = new Project({ 'greeter.ts': SOURCE.replace('PREFIX', name) });
      await compile(project);
      await using cluster = await startTestCluster({ modules: [project.compiled('greeter.ts')], log: 'silent' });
      const greeter = cluster.actor(name, 'g') as unknown as Methods;
      for (const [method, note] of Object.entries(NOTES)) {
        const error = await failure(greeter[method]!());
        expect(error).to.be.instanceOf(UnknownMethodError).and.have.property('method', method);
        expect(error.message).to.equal(`${name}/g has no callable method '${method}'${note}`);
      }
      expect(cluster.activations()).to.deep.equal([]);
    });
  }

  it('says so of a component, and goes on saying it after the actor could not wake', async () => {
    @Component({ name: 'horn', isolation: 'inline' }) class Horn { blow = (): void => {}; }
    @Actor({ name: 'fields-car', components: [Horn] }) class Car { ping(): number { return 1; } }
    const { actor, runtime } = memorySilo([Car]);
    const car = actor(Car, 'c');
    const message = "fields-car/c#horn has no callable method 'blow': Horn.blow is an arrow-function field; make it a method: `blow(…) { … }`";
    const blow = (): Promise<unknown> => (car.getComponent(Horn) as unknown as Methods)['blow']!();
    expect((await failure(blow())).message).to.equal(message);
    expect((await failure(car.ping())).message).to.contain('Horn.blow is an arrow-function field');
    expect((await failure(blow())).message).to.equal(message);
    await runtime.stop();
  });

  it('of a name made to be searched for long is an unknown method, at once', async () => {
    @Actor({ name: 'fields-none' }) class None { ping(): number { return 1; } }
    const { actor, runtime } = memorySilo([None]);
    for (const name of ['(a+)+$', 'x'.repeat(100_000), '$', '']) {
      expect((await failure((actor(None, 'n') as unknown as Methods)[name]!())).message).to.equal(`fields-none/n has no callable method '${name}'`);
    }
    await runtime.stop();
  });
});
