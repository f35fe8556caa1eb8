import { expect } from 'chai';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { parseCommandLine } from '../../silo/cli/command-line.js';
import { readConfiguration } from '../../silo/cli/configuration.js';
import { FLAGS, splitList } from '../../silo/cli/flags.js';
import { printHelp, printVersion } from '../../silo/cli/help.js';
import type { SiloOptions } from '../../silo/silo-options.js';

type Environment = Readonly<Record<string, string>>;

function read(args: readonly string[], environment: Environment = {}): Promise<SiloOptions> {
  return readConfiguration(parseCommandLine(args, environment).settings, [environment.TROUPE_SECRET, environment.TROUPE_SECRET_OTHER]);
}

function refusal(args: readonly string[]): string {
  try {
    parseCommandLine(args, {});
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigurationError);
    return (error as Error).message;
  }
  return 'accepted';
}

const CONFIG = `data:text/javascript,${encodeURIComponent('export default {}')}`;

describe('the command line', () => {
  it('puts every flag where the options have it', async () => {
    const options = await read([
      '--modules', './a/*.js', '--redis=redis://db:6379', '--cluster', 'arena', '--port', '12000', '--gateway-port', '3001',
      '--gateway-host', '0.0.0.0', '--auth', 'anonymous', '--page', './public', '--label', 'zone=a', '--label', 'rack=2', '--silos', '1',
      '--durability', 'replicated',
    ]);
    expect(options).to.deep.equal({
      modules: ['./a/*.js'], redis: 'redis://db:6379', durability: 'replicated', cluster: 'arena', listen: { port: 12_000 },
      gateway: { port: 3001, host: '0.0.0.0', authenticate: 'anonymous', page: './public' }, labels: { zone: 'a', rack: '2' },
    });
  });

  it('takes the same from the environment, and the secret from there alone', async () => {
    const options = await read([], { TROUPE_MODULES: './a.js, ./b.js', TROUPE_GATEWAY_PORT: '0', TROUPE_AUTH: 'anonymous', TROUPE_SECRET: 's3', TROUPE_DURABILITY: 'primary' });
    expect(options).to.deep.equal({ modules: ['./a.js', './b.js'], durability: 'primary', gateway: { port: 0, authenticate: 'anonymous' }, secret: 's3' });
    expect((await read([], { TROUPE_SECRET: 'new', TROUPE_SECRET_OTHER: 'old' })).secret).to.deep.equal(['new', 'old']);
    expect(refusal(['--secret', 'x'])).to.match(/^--secret is not a flag/);
  });

  it('takes --watch alone for yes, and a word for what it says', async () => {
    expect(await read(['--watch', '--cluster', 'x', '--deploy-lock', './lock'])).to.deep.equal({ watch: true, cluster: 'x', deployLock: './lock' });
    expect(await read(['--watch=false'], { TROUPE_WATCH: 'true' })).to.deep.equal({ watch: false });
    expect(await read([], { TROUPE_WATCH: '1', TROUPE_DEPLOY_LOCK: './lock' })).to.deep.equal({ watch: true, deployLock: './lock' });
  });

  it('lets a flag win over its variable, and counts an empty variable as unset', async () => {
    const environment = { TROUPE_CLUSTER: 'from-variable', TROUPE_REDIS: '', TROUPE_LABEL: 'zone=a,rack=1' };
    const options = await read(['--cluster', 'from-flag', '--label', 'zone=b'], environment);
    expect(options).to.deep.equal({ cluster: 'from-flag', labels: { zone: 'b', rack: '1' } });
  });

  it('opens no gateway unless something about it is said', async () => {
    expect(await read(['--modules', 'a.js'])).to.not.have.property('gateway');
  });

  it('takes the files that a shell makes of an unquoted glob', async () => {
    expect(await read(['--modules', 'a.js', 'b.js', '--cluster', 'x'])).to.deep.equal({ modules: ['a.js', 'b.js'], cluster: 'x' });
  });

  it('keeps the braces of a glob together', () => {
    expect(splitList('./{a,b}/*.js, ./c.js')).to.deep.equal(['./{a,b}/*.js', './c.js']);
  });

  it('refuses what it does not know, naming it', () => {
    expect(refusal(['--gatway-port', '1'])).to.match(/^--gatway-port is not a flag; known: --modules .*--version$/);
    expect(refusal(['-x'])).to.match(/^-x is not a flag/);
    expect(refusal(['start'])).to.match(/^'start' belongs to no flag/);
    expect(refusal(['--cluster', 'a', 'b'])).to.match(/^'b' belongs to no flag/);
  });

  it('refuses a flag without its value', () => {
    expect(refusal(['--port'])).to.equal('--port lacks its value; use --port PORT');
    expect(refusal(['--redis='])).to.equal('--redis lacks its value; use --redis URL');
    expect(refusal(['--cluster', '--port', '1'])).to.equal('--cluster lacks its value; use --cluster NAME');
  });

  it('answers --help and --version wherever they stand', () => {
    expect(parseCommandLine(['--port', '1', '-h'], {}).action).to.equal('help');
    expect(parseCommandLine(['--version'], {}).action).to.equal('version');
    expect(printVersion()).to.match(/^\d+\.\d+\.\d+/);
  });

  it('lists every flag and variable in --help', () => {
    for (const { name, variable } of FLAGS) expect(printHelp()).to.include(`--${name} `).and.include(variable);
  });

  it('refuses a config that is no file', async () => {
    const refused = await read(['--config', CONFIG]).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(ConfigurationError).with.property('message').that.matches(/^--config: no file /);
  });
});
