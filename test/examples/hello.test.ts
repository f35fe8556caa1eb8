import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { TestProcess } from '../support/processes.js';

const SOURCES = fileURLToPath(new URL('../../../examples/hello/', import.meta.url));
const COMPILED = fileURLToPath(new URL('../../examples/hello/hello.js', import.meta.url));

describe('examples/hello', () => {
  it('greets, counts its guests per actor, and ends by itself', async () => {
    await using hello = new TestProcess([COMPILED]);
    const { code, stdout, stderr } = await hello.ended;
    expect(code, stderr).to.equal(0);
    expect(stdout.split('\n').filter((line) => line.startsWith('Hello'))).to.deep.equal([
      'Hello Ada, welcome to Paris. You are guest number 1.',
      'Hello Grace, welcome to Paris. You are guest number 2.',
      'Hello Linus, welcome to Oslo. You are guest number 1.',
    ]);
  });

  it('has 60 lines or less in all', async () => {
    const texts = await Promise.all((await readdir(SOURCES)).map((name) => readFile(join(SOURCES, name), 'utf8')));
    expect(texts.join('').split('\n').length - 1).to.be.at.most(60);
  });
});
