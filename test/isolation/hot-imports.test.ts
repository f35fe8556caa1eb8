import { expect } from 'chai';
import { HotStage } from './hot-stage.js';

/** An actor in the silo's own thread, whose answers come from what it imports. */
const teller = (imports: string, answer: string): string => `
  import { Actor } from 'troupe';
  ${imports}
  @Actor({ name: 'teller' })
  export class Teller { say() { return ${answer}; } }`;

const open = (files: Readonly<Record<string, string>>): Promise<HotStage> => HotStage.open({ ...files, 'car.js': 'export * from "./teller.js";' });
const tell = (stage: HotStage, key: string): Promise<unknown> => stage.silo.actor<{ say(): Promise<unknown> }>('teller', key).say();

async function refusal(stage: HotStage): Promise<string> {
  const outcome = await stage.silo.reload();
  if (outcome.kind !== 'failed') throw new Error(`expected a refusal, got ${outcome.kind}`);
  return outcome.error.message;
}

describe('what a module in the silo\'s own thread imports', () => {
  it('is the changed file with its new exports, when both changed', async () => {
    await using stage = await open({ 'teller.js': teller('import { one } from "./words.js";', 'one'), 'words.js': 'export const one = 1;' });
    expect(await tell(stage, 'a')).to.equal(1);
    stage.project.write('words.js', 'export const one = 10; export const two = 20;');
    stage.project.write('teller.js', teller('import { one, two } from "./words.js";', 'one + two'));
    expect(await stage.silo.reload()).to.deep.include({ kind: 'reloaded', files: ['teller.js', 'words.js'].map((name) => stage.project.path(name)) });
    expect([await tell(stage, 'a'), await tell(stage, 'b')]).to.deep.equal([1, 30]);
  });

  it('is new where something that it imports has changed, and what it was where nothing has', async () => {
    await using stage = await open({
      'teller.js': teller('import { words } from "./words.js"; import { count } from "./counter.js";', 'words() + count()'),
      'words.js': 'import { far } from "./far.js"; export const words = () => "words of " + far + " ";', 'far.js': 'export const far = 1;',
      'counter.js': 'let calls = 0; export const count = () => ++calls;',
    });
    expect(await tell(stage, 'a')).to.equal('words of 1 1');
    for (const far of [2, 3]) {
      stage.project.write('far.js', `export const far = ${far};`);
      expect(await stage.silo.reload()).to.include({ kind: 'reloaded' });
      expect(await tell(stage, `b${far}`)).to.equal(`words of ${far} ${far}`);
    }
    stage.project.write('teller.js', teller('import { words } from "./words.js";', '"new " + words()'));
    await stage.silo.reload();
    expect(await tell(stage, 'c'), 'files that did not change since the last reload stay as that one loaded them').to.equal('new words of 3 ');
  });

  it('is one module for all that import it: a class is the same class', async () => {
    const coin = (worth: number): string => `import { Serializable } from 'troupe'; @Serializable('hot.coin') export class Coin { worth = ${worth}; }`;
    const mint = 'import { Coin } from "./coin.js"; export const mint = () => new Coin();';
    await using stage = await open({ 'teller.js': teller('import { Coin } from "./coin.js"; import { mint } from "./mint.js";', 'mint() instanceof Coin && mint().worth'), 'coin.js': coin(1), 'mint.js': mint });
    stage.project.write('coin.js', coin(2));
    await stage.silo.reload();
    expect(await tell(stage, 'a')).to.equal(2);
  });

  it('is new by import() at run time as well, and in modules that import each other in a circle', async () => {
    const files = (version: number) => ({
      'even.js': `import { odd } from './odd.js'; export const even = (n) => n === 0 ? 'even ${version}' : odd(n - 1);`,
      'odd.js': `import { even } from './even.js'; export const odd = (n) => n === 0 ? 'odd ${version}' : even(n - 1);`,
    });
    await using stage = await open({ ...files(1), 'teller.js': teller('import { even } from "./even.js";', 'import("./odd.js").then(({ odd }) => even(3) + " " + odd(3))') });
    expect(await tell(stage, 'a')).to.equal('odd 1 even 1');
    stage.project.write('odd.js', files(2)['odd.js']);
    await stage.silo.reload();
    expect(await tell(stage, 'b')).to.equal('odd 2 even 1');
  });

  it('may be CommonJS or JSON', async () => {
    const imports = 'import { plain } from "./plain.cjs"; import data from "./data.json" with { type: "json" };';
    await using stage = await open({ 'teller.js': teller(imports, 'plain + data.more'), 'deep.cjs': 'exports.deep = 1;', 'data.json': '{ "more": 10 }', 'plain.cjs': 'exports.plain = require("./deep.cjs").deep;' });
    expect(await tell(stage, 'a')).to.equal(11);
    stage.project.writeAsIs('data.json', '{ "more": 20 }');
    expect(await stage.silo.reload()).to.include({ kind: 'reloaded' });
    stage.project.writeAsIs('deep.cjs', 'exports.deep = 2;');
    expect(await stage.silo.reload()).to.include({ kind: 'reloaded' });
    expect(await tell(stage, 'b')).to.equal(22);
  });

  it('and lacks what is imported is refused, and taken in as soon as it has it', async () => {
    await using stage = await open({ 'teller.js': teller('import { one } from "./words.js";', 'one'), 'words.js': 'export const one = 1;' });
    stage.project.write('teller.js', teller('import { two } from "./words.js";', 'two'));
    expect(await refusal(stage)).to.contain("does not provide an export named 'two'");
    stage.project.write('words.js', 'export const two = 2;');
    expect(await stage.silo.reload()).to.include({ kind: 'reloaded' });
    expect(await tell(stage, 'a')).to.equal(2);
  });

  it('from a package that has changed is refused with what to do: packages are loaded once', async () => {
    await using stage = await open({
      'node_modules/words/package.json': '{ "type": "module", "exports": "./index.js" }', 'node_modules/words/index.js': 'export const one = 1;',
      'teller.js': teller('import { one } from "words";', 'one'),
    });
    expect(await tell(stage, 'a')).to.equal(1);
    stage.project.write('node_modules/words/index.js', 'export const one = 1; export const two = 2;');
    stage.project.write('teller.js', teller('import { two } from "words";', 'two'));
    expect(await refusal(stage)).to.match(/teller\.js does not load: 'words' has an export 'two' on the disk by now, .* start the silo anew to take in both$/).and.not.contain('import type');
    expect(await tell(stage, 'b')).to.equal(1);
  });

  it('that bears one loading per process alone is refused with what to do', async () => {
    await using stage = await open({ 'teller.js': teller('import "./once.js";', '1'), 'once.js': 'const key = "hot-once"; if (globalThis[key]) throw new Error("twice"); globalThis[key] = true;' });
    stage.project.write('once.js', 'const key = "hot-once"; if (globalThis[key]) throw new Error("once more"); globalThis[key] = true;');
    expect(await refusal(stage)).to.match(/once\.js does not load: once more .* start the silo anew to take it in$/);
  });
});
