// Each rule of the architecture, shown to fail on a planted violation and to pass on its neighbour that is none.
import { expect } from 'chai';
import { checkCircles } from './circles.js';
import { checkExamples, checkFolders, checkLayers, checkLength } from './layers.js';
import { checkDependencies, checkDoors, checkOwners } from './libraries.js';
import { Project, type Rule, type SourceFiles } from './project.js';
import { checkRedisKeys } from './redis-keys.js';

type Planted = readonly [rule: Rule, sources: SourceFiles, violation: RegExp | 'none'];

function lines(count: number): string {
  return 'export {};\n'.repeat(count);
}

const LAYERS: Readonly<Record<string, Planted>> = {
  'an import from below': [checkLayers, { 'silo/a.ts': "import '../protocol/b.js';", 'protocol/b.ts': '' }, 'none'],
  'an import from its own folder': [checkLayers, { 'silo/turns/a.ts': "import '../b.js';", 'silo/b.ts': '' }, 'none'],
  'an import upwards': [checkLayers, { 'protocol/a.ts': "\nimport '../silo/b.js';", 'silo/b.ts': '' }, /^protocol\/a\.ts:2: protocol\/ imports silo\/b\.ts: up$/],
  'an import sideways': [checkLayers, { 'state/a.ts': "export * from '../transport/b.js';", 'transport/b.ts': '' }, /state\/ imports transport\/b\.ts: sideways$/],
  'a type from above': [checkLayers, { 'sdk/a.ts': "import type { B } from '../silo/b.js';", 'silo/b.ts': '' }, /: up$/],
  'a type from above, inline': [checkLayers, { 'sdk/a.ts': "type B = import('../silo/b.js').B;", 'silo/b.ts': '' }, /: up$/],
  'a late import from above': [checkLayers, { 'events/a.ts': "await import('../silo/b.js');", 'silo/b.ts': '' }, /: up$/],
  'an import of a test': [checkLayers, { 'silo/a.ts': "import '../test/b.js';", 'test/b.ts': '' }, /test\/ is outside the house$/],
  "an import of the house's own door": [checkLayers, { 'silo/a.ts': "import 'troupe/client';" }, /imports the door 'troupe\/client' of its own house/],
  'a test that looks everywhere': [checkLayers, { 'test/a.ts': "import '../silo/b.js';", 'silo/b.ts': '' }, 'none'],
  'a drawer': [checkFolders, { 'silo/utils/a.ts': '' }, /^silo\/utils\/a\.ts:1: no folder is called utils\//],
  'a folder that nobody knows': [checkFolders, { 'engine/a.ts': '' }, /engine\/ is no folder of the house$/],
  'folders of the house': [checkFolders, { 'silo/turns/a.ts': '', 'bench/b.ts': '', 'scripts/c.mjs': '' }, 'none'],
  'an example that uses doors, its own files and zod': [
    checkExamples, { 'examples/a/b.ts': "import 'troupe'; import 'troupe/testing'; import 'zod'; import './c.js';", 'examples/a/c.ts': '' }, 'none',
  ],
  'an example that looks inside': [checkExamples, { 'examples/a/b.ts': "import '../../silo/c.js';", 'silo/c.ts': '' }, /imports '\.\.\/\.\.\/silo\/c\.js': only the public doors/],
  'an example that borrows from another': [checkExamples, { 'examples/a/b.ts': "import '../c/d.js';", 'examples/c/d.ts': '' }, /imports '\.\.\/c\/d\.js'/],
  'an example that uses a built-in': [checkExamples, { 'examples/a/b.ts': "import 'node:fs';" }, /imports 'node:fs'/],
  'a file of 250 lines': [checkLength, { 'silo/a.ts': lines(250) }, 'none'],
  'a file of 251 lines': [checkLength, { 'silo/a.ts': lines(251) }, /^silo\/a\.ts:251: 251 lines/],
};

const CIRCLES: Readonly<Record<string, Planted>> = {
  'three files in a circle': [
    checkCircles, { 'silo/a.ts': "import './b.js';", 'silo/b.ts': "export * from './c.js';", 'silo/c.ts': "import './a.js';" },
    /import circle silo\/a\.ts -> silo\/b\.ts -> silo\/c\.ts -> silo\/a\.ts$/,
  ],
  'a file that imports itself': [checkCircles, { 'silo/a.ts': "import './a.js';" }, /import circle silo\/a\.ts -> silo\/a\.ts$/],
  'a circle behind a common file': [
    checkCircles, { 'silo/x.ts': "import './a.js';", 'silo/a.ts': "import './b.js';", 'silo/b.ts': "import './a.js';" }, /silo\/a\.ts -> silo\/b\.ts -> silo\/a\.ts$/,
  ],
  'a circle closed by inline types, which the compiler keeps': [checkCircles, { 'silo/a.ts': "import './b.js';", 'silo/b.ts': "import { type A } from './a.js';" }, /import circle/],
  'a circle closed by a type': [checkCircles, { 'silo/a.ts': "import './b.js';", 'silo/b.ts': "import type { A } from './a.js';" }, 'none'],
  'two ways to one file': [checkCircles, { 'silo/a.ts': "import './b.js'; import './c.js';", 'silo/b.ts': "import './c.js';", 'silo/c.ts': '' }, 'none'],
};

const owner = (path: string, library: string): SourceFiles => ({ [path]: `import '${library}';` });
const LIBRARIES: Readonly<Record<string, Planted>> = {
  ...Object.fromEntries(([
    ['silo/a.ts', 'ioredis', 'state/a.ts'], ['silo/a.ts', 'bullmq', 'events/a.ts'], ['silo/a.ts', 'socket.io', 'transport/a.ts'],
    ['sdk/author.ts', 'socket.io-client', 'sdk/client/a.ts'], ['sdk/a.ts', 'engine.io-client', 'sdk/client-link.ts'], ['state/a.ts', 'pino', 'silo/a.ts'],
    ['silo/a.ts', 'node:worker_threads', 'isolation/a.ts'], ['state/a.ts', 'worker_threads', 'state/heartbeat-thread.ts'],
    ['silo/cli/a.ts', 'child_process', 'silo/supervisor.ts'], ['protocol/a.ts', 'class-transformer', 'protocol/codec/a.ts'],
    ['silo/a.ts', 'reflect-metadata', 'decorators/a.ts'], ['transport/a.ts', 'msgpackr', 'protocol/codec/a.ts'],
  ] as const).flatMap(([stranger, library, home]): [string, Planted][] => [
    [`${library} in ${stranger}`, [checkOwners, owner(stranger, library), new RegExp(`^${stranger}:1: imports ${library}: only `)]],
    [`${library} in ${home}`, [checkOwners, owner(home, library), 'none']],
  ])),
  'a type of a library away from home': [checkOwners, { 'silo/a.ts': "import type { Redis } from 'ioredis';" }, /imports ioredis: only state\//],
  'a library in a test': [checkOwners, owner('test/a.ts', 'ioredis'), 'none'],
  'an alias of a library away from home': [checkOwners, owner('silo/a.ts', '#storage'), /imports class-transformer: only /],
  'an alias of a library at home': [checkOwners, owner('decorators/a.ts', '#storage'), 'none'],
  'a library that is only a tool': [checkDependencies(['pino']), owner('silo/a.ts', 'esbuild'), /imports esbuild, which is not in "dependencies"/],
  'libraries that users get, built-ins, and types': [
    checkDependencies(['pino', '@scope/name']), { 'silo/a.ts': "import 'pino'; import '@scope/name/deep'; import 'node:fs'; import 'fs'; import type {} from 'esbuild';" }, 'none',
  ],
  'a door that reaches a built-in': [
    checkDoors, { 'sdk/index.ts': "export * from './a.js';", 'sdk/a.ts': "import '../decorators/b.js';", 'decorators/b.ts': "import 'node:crypto';" },
    /^decorators\/b\.ts:1: 'troupe' reaches node:crypto by sdk\/index\.ts -> sdk\/a\.ts -> decorators\/b\.ts$/,
  ],
  'a door that reaches a built-in without its prefix': [checkDoors, { 'sdk/client/index.ts': "import 'fs/promises';" }, /'troupe\/client' reaches fs/],
  'a door that reaches the server of Socket.IO': [checkDoors, { 'sdk/client/index.ts': "import 'socket.io';" }, /'troupe\/client' reaches socket\.io/],
  "the client's door, which reaches the client of Socket.IO": [checkDoors, { 'sdk/client/index.ts': "import 'socket.io-client';" }, 'none'],
  "the authors' door, which does not": [checkDoors, { 'sdk/index.ts': "import 'socket.io-client';" }, /'troupe' reaches socket\.io-client/],
  'a door that only knows a type': [checkDoors, { 'sdk/index.ts': "import type { Socket } from 'node:net';" }, 'none'],
};

const keys = (text: string): SourceFiles => ({ 'state/redis-keys.ts': text });
const KEYS: Readonly<Record<string, Planted>> = {
  'keys of the list': [checkRedisKeys, keys('const k = [`troupe:{${c}/${t}/${k}}:a`, `troupe:{${c}/tag/${t}/${n}}`, `${tag}:ops`, `${tag}:b:${event}`, `${tag}:votes:${i}`];'), 'none'],
  'a key with a new ending': [checkRedisKeys, keys('const k = `${tag}:cache`;'), /the key '\*:cache' is not in protocol\.md's list$/],
  'a key with a new tag': [checkRedisKeys, keys('const k = `troupe:{${c}/lock/${n}}`;'), /the key 'troupe:\{\*\/lock\/\*\}' is not in/],
  'a key without a hash tag': [checkRedisKeys, keys("const k = 'troupe:lock';"), /the key 'troupe:lock' is not in/],
  'a key that another file spells': [checkRedisKeys, { 'state/a.ts': 'const k = `${tag}:a`;' }, /spells the key '\*:a'; keys are made in state\/redis-keys\.ts$/],
  'strings that are no keys': [checkRedisKeys, { 'state/a.ts': 'const s = [`${path}: expected`, `${inc}:${random}`, `o:${id}`];' }, 'none'],
  'a script that takes its keys': [checkRedisKeys, { 'state/lua/a.lua': "-- KEYS: {C/T/K} :a :ops, each :b:<event>      ARGV: m:sender\nredis.call('GET', KEYS[1])\n" }, 'none'],
  'a script with a key of its own': [checkRedisKeys, { 'state/lua/a.lua': "redis.call('GET', 'lock')" }, /makes a key of its own/],
  'a script that makes a key': [checkRedisKeys, { 'state/lua/a.lua': "local k = KEYS[1] .. ':lock'" }, /makes a key of its own/],
  'a script whose header lists a new key': [checkRedisKeys, { 'state/lua/a.lua': '-- KEYS: {C/T/K} :a :lock' }, /the key :lock is not in/],
};

for (const [subject, cases] of Object.entries({ layers: LAYERS, circles: CIRCLES, libraries: LIBRARIES, 'Redis keys': KEYS })) {
  describe(`the rules of ${subject}`, () => {
    for (const [what, [rule, sources, violation]] of Object.entries(cases)) {
      it(`${violation === 'none' ? 'allow' : 'notice'} ${what}`, () => {
        const found = rule(new Project(sources, { '#storage': { default: 'class-transformer/cjs/storage.js' } }));
        if (violation === 'none') expect(found).to.deep.equal([]);
        else expect(found).to.have.length(1).and.have.nested.property('[0]').that.matches(violation);
      });
    }
  });
}
