import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { checkCircles } from './architecture/circles.js';
import { checkExamples, checkFolders, checkLayers, checkLength } from './architecture/layers.js';
import { checkDependencies, checkDoors, checkOwners } from './architecture/libraries.js';
import { Project, type Rule } from './architecture/project.js';
import { checkRedisKeys } from './architecture/redis-keys.js';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly dependencies: Readonly<Record<string, string>> };

/** architecture.md, rule by rule. */
const RULES: Readonly<Record<string, Rule>> = {
  'files import from their own folder or a lower layer': checkLayers,
  'every file stands in a folder of the house, none of them a drawer for everything': checkFolders,
  'examples import only what users can': checkExamples,
  'no import circle': checkCircles,
  'no file is longer than 250 lines': checkLength,
  'every library has its owner': checkOwners,
  'what runs is in "dependencies"': checkDependencies(Object.keys(manifest.dependencies)),
  'the doors that browsers open reach no built-in of Node and no server library': checkDoors,
  'Redis keys are those that protocol.md lists': checkRedisKeys,
};

describe('the architecture', () => {
  let project: Project;
  before(() => { project = Project.read(); });

  it('is looked at: the sources are found', () => {
    expect(project.files.length).to.be.greaterThan(50);
    expect(project.file('protocol/envelope.ts')?.imports.map(({ file }) => file)).to.include('protocol/actor-id.ts');
  });

  for (const [promise, rule] of Object.entries(RULES)) {
    it(promise, () => expect(rule(project)).to.deep.equal([]));
  }
});
