import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse } from 'yaml';
import { parseCommandLine } from '../../silo/cli/command-line.js';
import { readConfiguration } from '../../silo/cli/configuration.js';
import { resolveSiloOptions, type ResolvedSiloOptions } from '../../silo/silo-options.js';

interface Service {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly string[];
  readonly depends_on: Readonly<Record<string, { readonly condition: string }>>;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const { services } = parse(readFileSync(`${ROOT}docker-compose.yml`, 'utf8'), { merge: true }) as { readonly services: Readonly<Record<string, Service>> };
const NAMES = ['silo-1', 'silo-2', 'silo-3'];

/** What the container's command line makes of its flags and variables. The config reads them when it loads: of the first silo only. */
async function optionsOf(name: 'silo-1'): Promise<ResolvedSiloOptions> {
  const { command, environment } = services[name]!;
  const { settings } = parseCommandLine(command.map((text) => text.replace(/^dist\//, `${ROOT}dist/`)), environment);
  process.env['ARENA_HOST'] = environment['ARENA_HOST'];
  return resolveSiloOptions(await readConfiguration(settings, [environment['TROUPE_SECRET']]));
}

describe('docker-compose.yml', () => {
  after(() => { delete process.env['ARENA_HOST']; });

  it('starts three silos beside a Redis that keeps what it is told, each once that is healthy', () => {
    expect(Object.keys(services)).to.deep.equal(['redis', ...NAMES]);
    expect(services['redis']!.command.join(' ')).to.include('--appendonly yes').and.include('--maxmemory-policy noeviction');
    for (const name of NAMES) expect(services[name]!.depends_on['redis']!.condition).to.equal('service_healthy');
  });

  it('publishes a gateway of each at a port of its own', async () => {
    const published = NAMES.flatMap((name) => services[name]!.ports.map((mapping) => mapping.split(':')));
    expect(published.map(([outside]) => outside)).to.deep.equal(['3000', '3001', '3002']);
    const { gateway } = await optionsOf('silo-1');
    expect(gateway).to.include({ host: '0.0.0.0' });
    for (const [, inside] of published) expect(Number(inside)).to.equal(gateway!.port);
  });

  it('gives each a name by which the others reach it, and all one Redis, one cluster and one secret', async () => {
    for (const name of NAMES) expect(services[name]!.environment['ARENA_HOST']).to.equal(name);
    expect(new Set(NAMES.map((name) => JSON.stringify([services[name]!.command, services[name]!.environment['TROUPE_SECRET']])))).to.have.length(1);
    const { advertise, listen, secrets, redis } = await optionsOf('silo-1');
    expect({ advertise, listen, redis }).to.deep.equal({ advertise: 'ws://silo-1:11111', listen: { host: '0.0.0.0', port: 11_111 }, redis: 'redis://redis:6379' });
    expect(secrets[0]).to.match(/^\$\{TROUPE_SECRET:\?/);
  });
});
