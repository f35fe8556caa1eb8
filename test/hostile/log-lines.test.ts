import { spawn } from 'node:child_process';
import { expect } from 'chai';
import { acceptableKeys } from '../state/contract/hostile-keys.js';

// Every actor fails to begin, which the silo logs with the actor's name.
const PROGRAM = `
import { Actor } from '${new URL('../../sdk/index.js', import.meta.url).href}';
import { startSilo } from '${new URL('../../silo/index.js', import.meta.url).href}';
class Weak { onActivate() { throw new Error('weak'); } async go() {} }
Actor({ name: 'weak' })(Weak);
let text = '';
for await (const chunk of process.stdin) text += chunk;
const silo = await startSilo({ modules: [Weak], log: 'info' });
for (const key of JSON.parse(text)) await silo.actor(Weak, key).go().catch(() => undefined);
await silo.stop();
`;

describe('the log', () => {
  it('has one line of printable characters for each event, whatever the actors are called', async function () {
    this.timeout(60_000);
    const keys = acceptableKeys();
    const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], { stdio: ['pipe', 'ignore', 'pipe'] });
    child.stdin.end(JSON.stringify(keys));
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (log += chunk));
    expect(await new Promise((resolve) => child.on('close', resolve)), log.slice(0, 2000)).to.equal(0);
    const lines = log.split('\n').filter((line) => line !== '');
    const failures = lines.map((line) => JSON.parse(line) as { msg: string; actor?: string }).filter(({ msg }) => msg === 'activation failed');
    expect(failures.map(({ actor }) => actor)).to.deep.equal(keys.map((key) => `weak/${key}`));
    // Terminals obey these.
    expect(lines.filter((line) => /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(line)).map((line) => JSON.stringify(line).slice(0, 200))).to.deep.equal([]);
  });
});
