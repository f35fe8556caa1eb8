import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { freePort, takePort, TestProcess, type ProcessSettings } from '../support/processes.js';

const ACTORS = fileURLToPath(new URL('./fixtures/player.fixture.js', import.meta.url));

/** Runs `troupe` to its end: it must print nothing but one line on stderr and exit with 2. */
async function refusal(flags: readonly string[], settings?: ProcessSettings): Promise<string> {
  await using process = TestProcess.troupe(flags, settings);
  const { code, stdout, stderr } = await process.ended;
  expect({ code, stdout, lines: stderr.split('\n').length - 1 }, stderr).to.deep.equal({ code: 2, stdout: '', lines: 1 });
  return stderr.trimEnd();
}

describe('troupe, given what it cannot use, prints one line and exits with 2:', () => {
  let folder: string;
  before(() => { folder = mkdtempSync(join(tmpdir(), 'troupe-cli-')); });
  after(() => rmSync(folder, { recursive: true }));

  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  const lines: Readonly<Record<string, readonly [flags: readonly string[], line: RegExp, env?: Readonly<Record<string, string>>]>> = {
    'an unknown flag': [['--gatway-port', '3000'], /^troupe: --gatway-port is not a flag; known: --modules --redis .*--help --version$/],
    'a flag without its value': [['--redis'], /^troupe: --redis lacks its value; use --redis URL$/],
    'a stray word': [['start'], /^troupe: 'start' belongs to no flag; actors' files go behind --modules, --help lists the flags$/],
    'no modules': [[], /^troupe: modules is required: say where the actors are, for example --modules '\.\/dist\/actors\/\*\.js'/],
    'a bad port': [['--gateway-port', '80a'], /^troupe: --gateway-port: '80a' is not a port; use a whole number from 0 to 65535$/],
    'a bad port in a variable': [[], /^troupe: TROUPE_PORT: 70000 is not a port/, { TROUPE_PORT: '70000' }],
    'a bad label': [['--label', 'zone'], /^troupe: --label: 'zone' is not a label; use name=value, such as zone=a$/],
    'an unknown way to authenticate': [['--auth', 'jwt'], /^troupe: --auth: 'jwt' is not a way to authenticate; use 'anonymous', or --config/],
    'a bad number of silos': [['--silos', '0'], /^troupe: --silos: '0' is not a number of silos; use a whole number from 1 to 99$/],
    'a switch that is neither on nor off': [['--watch=maybe'], /^troupe: --watch: 'maybe' is not a switch; use true or false$/],
    'a deployment that is neither begun nor ended': [['deploy', 'now'], /^troupe: deploy: 'now' is nothing that it does; use troupe deploy begin, or troupe deploy end, with --lock FILE/],
    'a deployment with an unknown flag': [['deploy', 'begin', '--file', 'x'], /^troupe: deploy: Unknown option '--file'; use troupe deploy begin/],
    'the end of a deployment that nobody began': [['deploy', 'end', '--lock', './no-such.lock'], /^troupe: deploy end: there is no \/.*\/no-such\.lock; begin a deployment by troupe deploy begin$/],
    'several silos without a Redis': [
      ['--modules', ACTORS, '--silos', '3'], /^troupe: --silos 3: several silos meet in a Redis, and none is configured; start one and say where with --redis URL$/,
    ],
    'an unknown durability': [['--modules', ACTORS, '--durability', 'twice'], /^troupe: --durability: 'twice' is not known; use one of primary, replicated$/],
    'a replica without a Redis': [['--modules', ACTORS, '--durability', 'replicated'], /^troupe: durability: 'replicated' needs a Redis with a replica; set redis/],
    'a bad cluster name': [['--modules', ACTORS, '--cluster', 'a b'], /^troupe: cluster: 'a b' is not a name/],
    'a Redis that is no URL': [['--modules', ACTORS, '--redis', 'localhost'], /^troupe: redis: 'localhost' is not a Redis; use 'redis:\/\/host:port'/],
    'a gateway without authentication': [
      ['--modules', ACTORS, '--gateway-port', '0'],
      /^troupe: gateway\.authenticate is required: give a function that returns the client's identity, or 'anonymous' \(--auth anonymous\) to let anyone in$/,
    ],
    'a page that is no folder': [
      ['--modules', ACTORS, '--auth', 'anonymous', '--page', './no-such'],
      /^troupe: gateway\.page: '\.\/no-such' is not a folder; create \/.*no-such, or give another path$/,
    ],
    'a config that is not there': [['--config', './no-such.js'], /^troupe: --config: no file '\.\/no-such\.js' \(looked for \/.*\/no-such\.js\)/],
    'a module that is not there': [['--modules', './no-such.js'], /^troupe: modules: no file '\.\/no-such\.js' \(looked for \/.*\/no-such\.js\)/],
    'a glob without a match': [['--modules', './no-such/*.js'], /^troupe: modules: '\.\/no-such\/\*\.js' matches no file in \/.*; compile the actors/],
  };
  for (const [what, [flags, line, env = {}]] of Object.entries(lines)) {
    it(what, async () => expect(await refusal(flags, { env })).to.match(line));
  }

  it('a module that does not parse', async () => {
    const path = file('broken.mjs', 'export const = 2;\n');
    expect(await refusal(['--modules', path])).to.match(/^troupe: modules: '.*broken\.mjs' does not load: Unexpected token '=' \(in \/.*broken\.mjs or what it imports\)$/);
  });

  it('a config without options', async () => {
    const path = file('empty.mjs', 'export const modules = [];');
    expect(await refusal(['--config', path])).to.match(/^troupe: --config: '.*empty\.mjs' has no options; export default \{ modules: \[\.\.\.\] \}$/);
  });

  it('an unknown option in a config, at any depth', async () => {
    const path = file('typo.mjs', "export default { modules: [], gateway: { authenticate: 'anonymous', limits: { rate: 1 } } };");
    expect(await refusal(['--config', path])).to.match(/^troupe: gateway\.limits\.rate is not an option; known: burst, bytes/);
  });

  it('a taken port', async () => {
    const { port, release } = await takePort();
    try {
      const line = await refusal(['--modules', ACTORS, '--auth', 'anonymous', '--gateway-port', String(port)]);
      expect(line).to.match(new RegExp(`^troupe: .*\\b${port}\\b.* is taken.*--gateway-port`));
    } finally {
      await release();
    }
  });

  it('a Redis that does not answer', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    expect(await refusal(['--modules', ACTORS, '--redis', url])).to.include(url).and.match(/^troupe: .*--redis/);
  });
});
