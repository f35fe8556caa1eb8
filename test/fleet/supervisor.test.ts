import { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Logger } from '../../protocol/ports/logger.js';
import { Supervisor } from '../../silo/supervisor.js';
import { FakeClock } from '../state/fake-clock.js';
import { phase } from '../state/phase.js';

interface Line {
  readonly message: string;
  readonly silo?: number;
  readonly pid?: number;
  readonly id?: string;
  readonly againInMs?: number;
  readonly refused?: string;
}

const FIXTURE = fileURLToPath(new URL('./supervisor.fixture.js', import.meta.url));

/** A supervisor of processes that are no silos, on a clock that the test moves. */
class Watched {
  readonly clock = new FakeClock();
  readonly lines: Line[] = [];
  readonly dead: string[] = [];
  gateways: readonly string[] | undefined;
  readonly supervisor: Supervisor;

  constructor(private readonly behaviour: string, silos: number, sawEnd: () => Promise<void> = () => Promise.resolve(), private readonly more: readonly string[] = []) {
    const log = (fields: object, message = ''): void => void this.lines.push({ message, ...fields });
    this.supervisor = new Supervisor({
      silos, file: FIXTURE, args: (index) => this.args(index), clock: this.clock,
      log: { info: log, warn: log, error: log } as unknown as Logger,
      sawEnd: (siloId) => (this.dead.push(siloId), sawEnd()),
      onRunning: (gateways) => (this.gateways = gateways),
    });
    this.supervisor.start();
  }

  /** A test may give what no process can have. */
  args = (index: number): readonly string[] => [this.behaviour, String(index), ...this.more];

  told(message: string): readonly Line[] {
    return this.lines.filter((line) => line.message === message);
  }

  async running(): Promise<readonly Line[]> {
    await phase('all run', () => this.gateways !== undefined);
    return this.told('a silo runs');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.supervisor.signal('SIGKILL');
    await this.supervisor.ended;
  }
}

const ENDED = 'a silo ended; it is started again';

const NOT_STARTED = 'the process of a silo could not be started';

/** While it lasts, every `fork` ends as it does without processes left: with 'error', and without 'exit'. */
function withoutNode(): Disposable {
  const node = process.execPath;
  process.execPath = '/no/such/node';
  return { [Symbol.dispose]: () => void (process.execPath = node) };
}

/** While it lasts, no child is signalled; who would have been. */
function watchSignals(): Disposable & { readonly pids: readonly (number | undefined)[] } {
  const { kill } = ChildProcess.prototype;
  const pids: (number | undefined)[] = [];
  ChildProcess.prototype.kill = function (this: ChildProcess) {
    return pids.push(this.pid) > 0;
  };
  return { pids, [Symbol.dispose]: () => void (ChildProcess.prototype.kill = kill) };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('the supervisor of several silos', () => {
  it('tells the addresses of the gateways, in order, once all run', async () => {
    await using watched = new Watched('normal', 3);
    await watched.running();
    expect(watched.gateways).to.deep.equal([3000, 3001, 3002].map((port) => `http://127.0.0.1:${port}`));
  });

  it('stops all in good order at the first signal, and ends with 0', async () => {
    const watched = new Watched('normal', 3);
    const silos = await watched.running();
    watched.supervisor.signal('SIGTERM');
    expect(await watched.supervisor.ended).to.deep.equal({ exitCode: 0 });
    for (const { pid } of silos) expect(() => process.kill(pid!, 0)).to.throw(/ESRCH/);
    expect(watched.told(ENDED)).to.deep.equal([]);
  });

  it('ends with the code of a silo that did not stop well', async () => {
    const watched = new Watched('fails-to-stop', 2);
    await watched.running();
    watched.supervisor.signal('SIGTERM');
    expect(await watched.supervisor.ended).to.deep.equal({ exitCode: 1 });
  });

  it('kills what does not end soon after the second signal', async () => {
    const watched = new Watched('deaf', 2);
    await watched.running();
    watched.supervisor.signal('SIGTERM');
    watched.supervisor.signal('SIGTERM');
    watched.clock.advance(2000);
    expect(await watched.supervisor.ended).to.deep.equal({ exitCode: 1 });
  });

  it('declares a silo dead whose process it saw end, and starts it again after a pause that doubles while it does not stay up', async () => {
    await using watched = new Watched('normal', 2);
    let [victim] = await watched.running();
    for (const [round, pauseMs] of [250, 500, 1000].entries()) {
      process.kill(victim!.pid!, 'SIGKILL');
      await phase('its end is seen', () => watched.told(ENDED).length === round + 1);
      expect(watched.dead.at(-1)).to.equal(victim!.id);
      expect(watched.told(ENDED).at(-1)).to.include({ silo: victim!.silo, pid: victim!.pid, againInMs: pauseMs });
      watched.clock.advance(pauseMs);
      await phase('it runs again', () => watched.told('a silo runs').length === round + 3);
      [victim] = watched.told('a silo runs').slice(-1);
    }
  });

  it('starts one that stayed up for ten seconds again without delay', async () => {
    await using watched = new Watched('normal', 1);
    const kill = async (round: number): Promise<number | undefined> => {
      process.kill(watched.told('a silo runs').at(-1)!.pid!, 'SIGKILL');
      await phase('its end is seen', () => watched.told(ENDED).length === round);
      return watched.told(ENDED).at(-1)?.againInMs;
    };
    await watched.running();
    expect(await kill(1)).to.equal(250);
    watched.clock.advance(250);
    await phase('it runs again', () => watched.told('a silo runs').length === 2);
    watched.clock.advance(10_000);
    expect(await kill(2)).to.equal(250);
  });

  it('gives up, with the line of the first, when every silo is refused before one has run', async () => {
    const watched = new Watched('refused', 3);
    expect(await watched.supervisor.ended).to.deep.equal({ exitCode: 2, refused: 'silo 0 is misled' });
    expect(watched.told(ENDED)).to.deep.equal([]);
  });

  it('goes on with the others when one is refused, and says why it tries that one again', async () => {
    await using watched = new Watched('second-refused', 3);
    await phase('two run', () => watched.told('a silo runs').length === 2);
    const pauses = () => watched.clock.armed;
    await phase('the other waits for its next start', () => pauses() === 1);
    watched.clock.advance(250);
    await phase('it was refused again', () => watched.told(ENDED).some(({ refused }) => refused === 'silo 1 is misled'));
    expect(watched.gateways).to.equal(undefined);
  });

  it('goes on when nobody takes its word that a silo is dead', async () => {
    await using watched = new Watched('normal', 1, () => Promise.reject(new Error('Redis is away')));
    const [silo] = await watched.running();
    process.kill(silo!.pid!, 'SIGKILL');
    await phase('it says so', () => watched.told('a silo that ended could not be declared dead; the others will notice').length === 1);
    watched.clock.advance(250);
    await phase('it runs again', () => watched.told('a silo runs').length === 2);
  });

  it('starts one again whose process could not be started', async () => {
    await using watched = new Watched('normal', 2);
    const [victim] = await watched.running();
    {
      using _none = withoutNode();
      process.kill(victim!.pid!, 'SIGKILL');
      await phase('its end is seen', () => watched.told(ENDED).length === 1);
      watched.clock.advance(250);
      await phase('it could not be started', () => watched.told(NOT_STARTED).length === 1);
    }
    expect(watched.told(NOT_STARTED)[0]).to.include({ silo: victim!.silo, againInMs: 500 });
    watched.clock.advance(500);
    await phase('it runs again', () => watched.told('a silo runs').length === 3);
  });

  it('starts one again whose start threw', async () => {
    await using watched = new Watched('normal', 1);
    const [victim] = await watched.running();
    const good = watched.args;
    watched.args = () => ['\0'];
    process.kill(victim!.pid!, 'SIGKILL');
    await phase('its end is seen', () => watched.told(ENDED).length === 1);
    watched.clock.advance(250);
    expect(watched.told(NOT_STARTED)).to.have.length(1);
    watched.args = good;
    watched.clock.advance(500);
    await phase('it runs again', () => watched.told('a silo runs').length === 2);
  });

  it('ends when it is stopped while one cannot be started', async () => {
    const watched = new Watched('normal', 1);
    const [victim] = await watched.running();
    process.kill(victim!.pid!, 'SIGKILL');
    await phase('its end is seen', () => watched.told(ENDED).length === 1);
    {
      using _none = withoutNode();
      using signalled = watchSignals();
      watched.clock.advance(250);
      watched.supervisor.signal('SIGTERM');
      expect(signalled.pids, 'nobody is there to be signalled').to.deep.equal([]);
    }
    expect(await watched.supervisor.ended).to.deep.equal({ exitCode: 1 });
    expect(watched.clock.armed).to.equal(0);
  });

  it('starts none of those that were refused when another runs after all should stop', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'troupe-late-'));
    const pidOf = (index: number): number => Number(readFileSync(join(folder, String(index)), 'utf8'));
    const watched = new Watched('late', 2, undefined, [folder]);
    await phase('both have begun', () => readdirSync(folder).length === 2);
    await phase('one was refused and is gone', () => !isAlive(pidOf(1)));
    watched.supervisor.signal('SIGTERM');
    await phase('the other runs', () => watched.told('a silo runs').length === 1);
    expect(watched.clock.armed).to.equal(0);
    watched.supervisor.signal('SIGTERM');
    expect(await watched.supervisor.ended).to.deep.equal({ exitCode: 0 });
    rmSync(folder, { recursive: true });
  });
});
