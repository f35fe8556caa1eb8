// What a newcomer is told when modules load: the exact line for every mistake, from sources that tsc compiled.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { Actor, ConfigurationError } from '../../sdk/index.js';
import { startSilo } from '../../silo/index.js';
import { failure } from '../support/memory-silo.js';
import { TestProcess } from '../support/processes.js';
import { NAMES, type Mistake } from './mistaken-names.js';
import { Project } from './project.js';

const RESERVED = 'id, with, tell, oneWay, send, bind, unbind, on, equals, getComponent, findComponent, manage, then';
const CIRCLE = 'modules import each other in a circle; name components by a thunk (components: [() => CLASS]), import what is only a type by "import type", '
  + 'and move events and base classes to a module of their own';
const circle = (Class: string): string => CIRCLE.replace('CLASS', Class);

const CIRCLES: Readonly<Record<string, Mistake>> = {
  'a component whose module imports the actor as a value': {
    files: {
      'a.ts': `import { Component } from 'troupe'; import { Body } from './b.js';
        @Component({ isolation: 'inline' }) export class Arm { body() { return Body.name; } }`,
      'b.ts': `import { Actor } from 'troupe'; import { Arm } from './a.js'; @Actor({ name: 'c-body', components: [Arm] }) export class Body {}`,
    },
    load: `'Arm' is used before it is defined (dist/IT/b.js:LINE): ${circle('Arm')}`,
  },
  'an event that another actor declares': {
    files: {
      'a.ts': `import { Actor, ActorEvent } from 'troupe'; import { Ear } from './b.js';
        @ActorEvent('c-rang') export class Rang {}
        @Actor({ name: 'c-bell' }) export class Bell { ear() { return Ear.name; } }`,
      'b.ts': `import { Actor, On } from 'troupe'; import { Rang } from './a.js';
        @Actor({ name: 'c-ear' }) export class Ear { @On(Rang, { from: 'self' }) protected heard(): void {} }`,
    },
    load: `'Rang' is used before it is defined (dist/IT/b.js:LINE): ${circle('Rang')}`,
  },
  'a base class whose module imports its subclass': {
    files: {
      'a.ts': `import { Dog } from './b.js'; export class Animal { make() { return new Dog(); } }`,
      'b.ts': `import { Actor } from 'troupe'; import { Animal } from './a.js'; @Actor({ name: 'c-dog' }) export class Dog extends Animal {}`,
    },
    load: `'Animal' is used before it is defined (dist/IT/b.js:LINE): ${circle('Animal')}`,
  },
  'a component further down in the same file': {
    files: { 'a.ts': `import { Actor, Component } from 'troupe'; @Actor({ name: 'c-down', components: [Health] }) export class Player {} @Component() export class Health {}` },
    load: "'Health' is used before it is defined (dist/IT/a.js:LINE); define it further up, or name a component by a thunk (components: [() => Health])",
  },
};

const MEMBERS: Readonly<Record<string, Mistake>> = {
  'a method with a reserved name': {
    files: { 'a.ts': `import { Actor } from 'troupe'; @Actor({ name: 'm-on' }) export class Player { on(): void {} }` },
    load: `method "on" of class Player: the name is reserved for handles (${RESERVED}); choose another (dist/IT/a.js:LINE)`,
  },
  'an overloaded method with a reserved name, inherited by a component': {
    files: {
      'a.ts': `import { Component } from 'troupe';
        abstract class Base { send(text: string): void; send(n: number): void; send(_value: unknown): void {} }
        @Component() export class Radio extends Base {}`,
    },
    load: `method "send" of class Radio (inherited from Base): the name is reserved for handles (${RESERVED}); choose another (dist/IT/a.js:LINE)`,
  },
  'a hook that is opened to clients': {
    files: { 'a.ts': `import { Actor, Public } from 'troupe'; @Actor({ name: 'm-hook' }) export class Player { @Public() onActivate(): void {} }` },
    load: '@Public on method "onActivate" of class Player: it is a hook and cannot be called (dist/IT/a.js:LINE)',
  },
  'a static member with a decorator': {
    files: { 'a.ts': `import { Actor, Public } from 'troupe'; @Actor({ name: 'm-static' }) export class Player { @Public() static move(): void {} }` },
    load: '@Public on Player.move: static members cannot be decorated (dist/IT/a.js:LINE)',
  },
  'an accessor that is to be saved': {
    files: { 'a.ts': `import { Actor, State } from 'troupe'; @Actor({ name: 'm-accessor' }) export class Player { @State() get hp(): number { return 1; } }` },
    load: '@State on Player.hp: it belongs on a field, not on an accessor (dist/IT/a.js:LINE)',
  },
  'a member named by a symbol': {
    files: { 'a.ts': `import { Actor, State } from 'troupe'; @Actor({ name: 'm-symbol' }) export class Player { @State() [Symbol.iterator] = 1; }` },
    load: '@State on Player.Symbol(Symbol.iterator): members named by a symbol cannot be decorated (dist/IT/a.js:LINE)',
  },
  'an arrow-function field that is opened to clients': {
    files: { 'a.ts': `import { Actor, Public } from 'troupe'; @Actor({ name: 'm-arrow' }) export class Player { @Public() move = (): void => {}; }` },
    load: '@Public on Player.move: it belongs on a method, not on a field (dist/IT/a.js:LINE)',
  },
  'a class decorator without parentheses': {
    files: { 'a.ts': `import { Actor } from 'troupe'; @Actor export class Player {}` },
    load: '@Actor needs parentheses: write @Actor(...) with options or @Actor() (dist/IT/a.js:LINE)',
  },
  'a field decorator without parentheses': {
    files: { 'a.ts': `import { Actor, State } from 'troupe'; @Actor({ name: 'm-bare' }) export class Player { @State hp = 1; }` },
    load: '@State needs parentheses: write @State(...) with options or @State() (dist/IT/a.js:LINE)',
  },
};

const EXPORTS: Readonly<Record<string, Mistake>> = {
  'a module that exports no actor': {
    files: { 'a.ts': `import { Actor } from 'troupe'; @Actor({ name: 'e-forgotten' }) class Player {} export const players = [Player];` },
    message: "modules: no actor in 'dist/IT/a.js'; export a class with @Actor()",
  },
  'a subclass of an actor without a decorator of its own': {
    files: { 'a.ts': `import { Actor } from 'troupe'; @Actor({ name: 'e-base' }) class Player {} export class Admin extends Player {}` },
    message: "modules: no actor in 'dist/IT/a.js'; export a class with @Actor(): class Admin has none (its base class Player has @Actor, which is not inherited)",
  },
  'a component that is only a subclass of one': {
    files: {
      'a.ts': `import { Actor, Component } from 'troupe'; @Component() class Health {} class Armour extends Health {}
        @Actor({ name: 'e-armour', components: [Armour] }) export class Player {}`,
    },
    message: '@Actor on class Player: components[0]: Armour is no @Component class (its base class Health has @Component, which is not inherited); decorate it with @Component()',
  },
};

const TABLES = { 'a circle of imports:': CIRCLES, 'names:': NAMES, 'members:': MEMBERS, 'exports:': EXPORTS };
const MISTAKES = Object.values(TABLES).flatMap((table) => Object.entries(table));
const folderOf = (title: string): string => title.replaceAll(' ', '-');

describe('what newcomers are told about', () => {
  let project: Project;
  before(() => {
    project = new Project(Object.fromEntries(MISTAKES.flatMap(([title, { files }]) => Object.entries(files).map(([name, text]) => [`${folderOf(title)}/${name}`, text]))));
    // Some of the mistakes are type errors, too; it emits all the same.
    project.tsc({ target: 'ES2022', experimentalDecorators: true });
  });
  after(() => project[Symbol.dispose]());

  /** The modules as a silo takes them, and the message as it prints them. */
  const expected = (title: string, { modules = ['a.ts'], message, load }: Mistake): readonly [modules: readonly string[], message: string] => {
    const last = modules.at(-1)!.replace('.ts', '.js');
    const sources = modules.map((module) => {
      const [name = '', query] = module.replace('.ts', '.js').split('?');
      const path = project.compiled(`${folderOf(title)}/${name}`);
      return query === undefined ? path : `${pathToFileURL(path).href}?${query}`;
    });
    const whole = message ?? `modules: 'dist/IT/${last}' does not load: ${load}`;
    return [sources, whole.replaceAll('dist/IT/', `dist/${folderOf(title)}/`)];
  };

  for (const [table, mistakes] of Object.entries(TABLES)) {
    for (const [title, mistake] of Object.entries(mistakes)) {
      it(`${table} ${title}`, async () => {
        const [modules, message] = expected(title, mistake);
        const error = await failure(startSilo({ modules, log: 'silent' }));
        expect(error).to.be.instanceOf(ConfigurationError);
        expect(project.printable(error.message).replace('file://', '')).to.equal(message);
      });
    }
  }

  for (const [title, mistake] of [['a component whose module imports the actor as a value', CIRCLES], ['one file by two URLs', NAMES], ['a method with a reserved name', MEMBERS], ['a subclass of an actor without a decorator of its own', EXPORTS]] as const) {
    it(`in one line of the command line: ${title}`, async () => {
      const [modules, message] = expected(title, mistake[title]!);
      const { code, stdout, stderr } = await TestProcess.troupe(modules.flatMap((module) => ['--modules', module])).ended;
      expect({ code, stdout, stderr: project.printable(stderr) }).to.deep.equal({ code: 2, stdout: '', stderr: `troupe: ${message}\n` });
    });
  }

  it('at the line that applies the decorator, not at what compilers call it with', async () => {
    for (const [title, line] of [['an actor named with a slash', "Actor({ name: 'game/player' })"], ['an accessor that is to be saved', 'State()']] as const) {
      const error = await failure(startSilo({ modules: [project.compiled(`${folderOf(title)}/a.ts`)], log: 'silent' }));
      const [, file = '', number] = /\((\/.*):(\d+)\)$/.exec(error.message) ?? [];
      const from = Number(number) - 1;
      // tsc breaks the call over a few lines; the place is where it begins.
      expect(readFileSync(file, 'utf8').split('\n').slice(from, from + 2).join('\n'), error.message).to.contain('__decorate([').and.to.contain(line);
    }
  });

  it('a class that is given itself and has only a decorated base class', async () => {
    class Plain {}
    @Actor({ name: 'told-base' }) class Base {}
    class Derived extends Base {}
    for (const [Class, message] of [
      [Plain, 'modules[0]: class Plain has no @Actor(), @Component() or @Service()'],
      [Derived, 'modules[0]: class Derived has no @Actor(), @Component() or @Service() (its base class Base has @Actor, which is not inherited)'],
    ] as const) expect((await failure(startSilo({ modules: [Class], log: 'silent' }))).message).to.equal(message);
  });
});
