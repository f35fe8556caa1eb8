// Names that two classes have, or that cannot be names: sources, and the exact lines that their authors are told.

/** What a newcomer wrote, and what they are told of it. */
export interface Mistake {
  /** Source text by file name; `a.ts` is the module that the silo is given, unless `modules` says others. */
  readonly files: Readonly<Record<string, string>>;
  readonly modules?: readonly string[];
  /** The whole message, or what follows the module that does not load. */
  readonly message?: string;
  readonly load?: string;
}

const NO_NAME = 'is not a name; expected a letter or _, then letters, digits, _ . or -, at most 64 in all';
const WRITTEN_ALIKE = (name: string, Class: string): string => `serializable name "${name}" is taken by another class ${Class}, written alike: `
  + 'if one file is loaded by two paths or URLs, or a package in two copies, load it once; if these are two classes, give one of them another name';

/** By what is wrong. */
export const NAMES: Readonly<Record<string, Mistake>> = {
  'two actors of one name': {
    files: {
      'a.ts': `import { Actor } from 'troupe'; @Actor({ name: 'n-player' }) export class Player { one() {} }`,
      'b.ts': `import { Actor } from 'troupe'; @Actor({ name: 'n-player' }) export class Hero { two() {} }`,
    },
    modules: ['a.ts', 'b.ts'],
    message: "modules: two actors are named 'n-player': class Player of dist/IT/a.js and class Hero of dist/IT/b.js; give one another name with @Actor({ name })",
  },
  'a subclass with the default name of its base class': {
    files: {
      'a.ts': `import { Actor } from 'troupe'; @Actor() export class NPlayer { one() {} }`,
      'b.ts': `import { Actor } from 'troupe'; import * as base from './a.js'; @Actor() export class NPlayer extends base.NPlayer { two() {} }`,
    },
    modules: ['*.ts'],
    message: "modules: two actors are named 'NPlayer': class NPlayer of dist/IT/a.js and class NPlayer of dist/IT/b.js; give one another name with @Actor({ name })",
  },
  'one file by two URLs': {
    files: { 'a.ts': `import { Actor } from 'troupe'; @Actor({ name: 'n-twice' }) export class Player { one() {} }` },
    modules: ['a.ts', 'a.ts?v=2'],
    message: "modules: the actor 'n-twice' is loaded twice: class Player of dist/IT/a.js and class Player of dist/IT/a.js?v=2; load the file by one path or URL",
  },
  'one file with saved classes by two URLs': {
    files: { 'a.ts': `import { Actor, Serializable } from 'troupe'; @Serializable('n-vec2') export class Vec2 { x = 0; } @Actor({ name: 'n-vec' }) export class Vec {}` },
    modules: ['a.ts', 'a.ts?v=2'],
    load: `${WRITTEN_ALIKE('n-vec2', 'Vec2')} (dist/IT/a.js?v=2:LINE)`,
  },
  'two actors of one name that are written alike': {
    files: {
      'a.ts': `import { Actor } from 'troupe'; @Actor() export class NAlike { one() {} }`,
      'b.ts': `import { Actor } from 'troupe'; @Actor() export class NAlike { one() {} }`,
    },
    modules: ['*.ts'],
    message: "modules: two actors are named 'NAlike': class NAlike of dist/IT/a.js and class NAlike of dist/IT/b.js; give one another name with @Actor({ name }); "
      + 'or, if one is a copy of the other, load only one of them',
  },
  'two actors of one name in one file that are written alike': {
    files: {
      'a.ts': `import { Actor } from 'troupe'; const make = (): object => { @Actor({ name: 'n-made' }) class Made { one() {} } return Made; }
        export const One = make(); export const Other = make();`,
    },
    message: "modules: two actors are named 'n-made': class Made of dist/IT/a.js and class Made of dist/IT/a.js; give one another name with @Actor({ name })",
  },
  'two events of one name that are written alike': {
    files: {
      'a.ts': `import { ActorEvent } from 'troupe'; import './b.js'; @ActorEvent('n-died') export class Died {}`,
      'b.ts': `import { ActorEvent } from 'troupe'; @ActorEvent('n-died') export class Died {}`,
    },
    load: `${WRITTEN_ALIKE('n-died', 'Died')} (dist/IT/a.js:LINE)`,
  },
  'two components of one name': {
    files: {
      'a.ts': `import { Actor, Component } from 'troupe'; @Component({ name: 'Bag' }) class Bag {} @Component({ name: 'Bag' }) class Sack {}
        @Actor({ name: 'n-two', components: [Bag, () => Sack] }) export class Two {}`,
    },
    message: '@Actor on class Two: two components are named "Bag" (classes Bag and Sack); give each a name of its own',
  },
  'two serializable classes of one name': {
    files: { 'a.ts': `import { Serializable } from 'troupe'; @Serializable('n-taken') export class First {} @Serializable('n-taken') export class Second { x = 1; }` },
    load: 'serializable name "n-taken" of class Second is taken by class First; give one of them another (@Serializable and @ActorEvent share theirs) (dist/IT/a.js:LINE)',
  },
  'an event with the name of a serializable class': {
    files: { 'a.ts': `import { ActorEvent, Serializable } from 'troupe'; @Serializable('n-shared') export class Value {} @ActorEvent('n-shared') export class Happened { x = 1; }` },
    load: 'serializable name "n-shared" of class Happened is taken by class Value; give one of them another (@Serializable and @ActorEvent share theirs) (dist/IT/a.js:LINE)',
  },
  'a class without a name': {
    files: { 'a.ts': `import { Actor } from 'troupe'; @Actor() export default class {}` },
    load: '@Actor on class (without a name): a class without a name needs the option "name" (dist/IT/a.js:LINE)',
  },
  'a class whose name cannot travel': {
    files: { 'a.ts': `import { Actor } from 'troupe'; @Actor() export class Größe {}` },
    load: '@Actor on class Größe: "Größe" is not a wire name; give it one of letters, digits, _ . or - with the option "name" (dist/IT/a.js:LINE)',
  },
  'an actor named with a slash': {
    files: { 'a.ts': `import { Actor } from 'troupe'; @Actor({ name: 'game/player' }) export class Player {}` },
    load: `@Actor on class Player: option "name": "game/player" ${NO_NAME} (dist/IT/a.js:LINE)`,
  },
  'a component named with a colon': {
    files: { 'a.ts': `import { Component } from 'troupe'; @Component({ name: 'a:b' }) export class Part {}` },
    load: `@Component on class Part: option "name": "a:b" ${NO_NAME} (dist/IT/a.js:LINE)`,
  },
  'an event without a name': {
    files: { 'a.ts': `import { ActorEvent } from 'troupe'; @ActorEvent() export class Died {}` },
    load: `@ActorEvent on class Died: undefined ${NO_NAME} (dist/IT/a.js:LINE)`,
  },
};
