import { expect } from 'chai';
import { NoCapacityError } from '../../protocol/errors/index.js';
import type { PlacementPolicy, PlacementRequest, SiloSnapshot } from '../../protocol/ports/placement.js';
import { PlacementService } from '../../placement/placement-service.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { RecordingLogger } from '../support/memory-silo.js';
import { request, seeded, silo, silos } from './world.js';

type Choose = PlacementPolicy['choose'];

let clock: VirtualClock;
let log: RecordingLogger;
beforeEach(() => {
  clock = new VirtualClock();
  log = new RecordingLogger();
});

/** A service with the given policies beside the built-in ones. What they return is not checked: users' code may return anything. */
function service(policies: Readonly<Record<string, (...args: Parameters<Choose>) => unknown>> = {}, fallback = 'prefer-local'): PlacementService {
  const own = Object.entries(policies).map(([name, choose]) => ({ name, choose: choose as Choose }));
  return new PlacementService({ default: fallback, policies: own, clock, log, random: seeded(5) });
}

const here = silo('here', { isLocal: true });
const candidates = [silo('there'), here, silo('elsewhere')];
const boom = (): never => { throw new Error('boom'); };
const never = (): Promise<never> => new Promise(() => undefined);

describe('the placement service', () => {
  it('asks the policy that the class names, and the default where it names none or one that is not known here', () => {
    const placement = service({ mine: () => 'elsewhere' });
    expect(placement.choose('mine', request('p1'), candidates)).to.equal('elsewhere');
    expect(placement.choose(undefined, request('p1'), candidates)).to.equal('here');
    expect(placement.choose('of-a-later-version', request('p1'), candidates)).to.equal('here');
  });

  it('answers at once when the policy does, and waits for one that promises', async () => {
    const placement = service({ slow: async () => 'there' });
    expect(placement.choose('hash', request('p1'), candidates)).to.be.a('string');
    const pending = placement.choose('slow', request('p1'), candidates);
    expect(pending).to.be.instanceOf(Promise);
    expect(await pending).to.equal('there');
    expect(placement.statistics().slow).to.deep.equal({ chosen: 1, threw: 0, timedOut: 0, strangers: 0 });
  });

  it('hands the policy the request and the candidates', () => {
    const seen: unknown[] = [];
    const asked = request('p1', { caller: 'there', labels: { zone: 'a' }, options: { near: 'water' } });
    void service({ mine: (...args) => { seen.push(...args); return 'there'; } }).choose('mine', asked, candidates);
    expect(seen).to.deep.equal([asked, candidates]);
  });

  it('asks the default and then random, one after the other, while policies leave it to the next, without a line in the log', () => {
    const asked: string[] = [];
    const leave = (name: string) => (): undefined => void asked.push(name);
    const placement = service({ first: leave('first'), second: leave('second') }, 'second');
    expect(candidates.map(({ id }) => id)).to.include(placement.choose('first', request('p1'), candidates));
    expect(asked).to.deep.equal(['first', 'second']);
    expect(placement.statistics()).to.deep.include({ random: { chosen: 1, threw: 0, timedOut: 0, strangers: 0 }, first: { chosen: 0, threw: 0, timedOut: 0, strangers: 0 } });
    expect(log.lines).to.deep.equal([]);
  });

  it('gives the options of the class to the policy that it names, and to no other', () => {
    const seen: unknown[] = [];
    const note = ({ options }: PlacementRequest): undefined => void seen.push(options);
    const placement = service({ first: note, second: note }, 'second');
    void placement.choose('first', request('p1', { options: { near: 'water' } }), candidates);
    void placement.choose('unknown', request('p1', { options: { near: 'water' } }), candidates);
    expect(seen).to.deep.equal([{ near: 'water' }, {}, {}]);
  });

  const failures: Readonly<Record<string, { readonly choose: () => unknown; readonly count: string; readonly line: RegExp }>> = {
    throws: { choose: boom, count: 'threw', line: /^a placement policy failed; the next one chooses$/ },
    rejects: { choose: () => Promise.reject(new Error('boom')), count: 'threw', line: /failed/ },
    'rejects by a promise of its own making': { choose: () => ({ then: boom }), count: 'threw', line: /failed/ },
    'names a silo that is no candidate': { choose: () => 'gone', count: 'strangers', line: /^a placement policy named no candidate; the next one chooses$/ },
    'promises a silo that is no candidate': { choose: async () => 'gone', count: 'strangers', line: /named no candidate/ },
    'answers a candidate instead of its id': { choose: () => here, count: 'strangers', line: /named no candidate/ },
    'answers null': { choose: () => null, count: 'strangers', line: /named no candidate/ },
  };
  for (const [what, { choose, count, line }] of Object.entries(failures)) {
    it(`goes on to the default, counts and logs when a policy ${what}`, async () => {
      const placement = service({ mine: choose });
      expect(await placement.choose('mine', request('p1'), candidates)).to.equal('here');
      expect(placement.statistics().mine).to.deep.equal({ chosen: 0, threw: 0, timedOut: 0, strangers: 0, [count]: 1 });
      expect(log.lines).to.have.length(1);
      expect(log.lines[0]!.message).to.match(line);
      expect(log.lines[0]).to.deep.include({ level: 'warn' });
      expect(log.lines[0]!.fields).to.include({ policy: 'mine', actor: 'player/p1', times: 1 });
    });
  }

  it('goes on after a second when a policy hangs, and not before; what comes later is nobody\'s', async () => {
    let answerLate: (id: string) => void = () => undefined;
    const placement = service({ mine: () => new Promise<string>((resolve) => { answerLate = resolve; }) });
    let chosen: string | undefined;
    const pending = Promise.resolve(placement.choose('mine', request('p1'), candidates)).then((id) => { chosen = id; });
    await clock.advance('999ms');
    expect(chosen).to.equal(undefined);
    await clock.advance('1ms');
    await pending;
    answerLate('there');
    expect(chosen).to.equal('here');
    expect(placement.statistics().mine).to.deep.equal({ chosen: 0, threw: 0, timedOut: 1, strangers: 0 });
    expect(log.lines[0]!.fields).to.include({ policy: 'mine', limitMs: 1000 });
  });

  it('is not troubled by a policy that fails after its time', async () => {
    let failLate: (error: Error) => void = () => undefined;
    const placement = service({ mine: () => new Promise((_resolve, reject) => { failLate = reject; }) });
    const pending = placement.choose('mine', request('p1'), candidates);
    await clock.advance('1s');
    failLate(new Error('late'));
    expect(await pending).to.equal('here');
    // A rejection that nobody took would end the process in this round.
    await clock.advance('1s');
    expect(placement.statistics().mine).to.include({ threw: 0, timedOut: 1 });
  });

  it('goes on to random when the default fails as well, each with its own second', async () => {
    const placement = service({ mine: never, fallback: never }, 'fallback');
    const pending = placement.choose('mine', request('p1'), candidates);
    await clock.advance('1s');
    await clock.advance('1s');
    expect(candidates.map(({ id }) => id)).to.include(await pending);
    expect(placement.statistics()).to.deep.include({ mine: { chosen: 0, threw: 0, timedOut: 1, strangers: 0 }, fallback: { chosen: 0, threw: 0, timedOut: 1, strangers: 0 } });
    expect(placement.statistics().random).to.include({ chosen: 1 });
  });

  it('asks a policy once that is named and the default', () => {
    const placement = service({ mine: boom }, 'mine');
    expect(placement.choose('mine', request('p1'), candidates)).to.be.a('string');
    expect(placement.statistics().mine).to.include({ threw: 1 });
  });

  it('logs a policy that fails for every actor once in ten seconds, with how often it was', async () => {
    const placement = service({ mine: boom, other: boom });
    for (let actor = 0; actor < 1000; actor++) void placement.choose('mine', request(String(actor)), candidates);
    void placement.choose('other', request('p1'), candidates);
    expect(log.lines).to.have.length(2);
    expect(log.lines[0]!.fields).to.include({ policy: 'mine', actor: 'player/0', times: 1 });
    expect(log.lines[1]!.fields).to.include({ policy: 'other', actor: 'player/p1', times: 1 });
    await clock.advance('10s');
    void placement.choose('mine', request('later'), candidates);
    expect(log.lines).to.have.length(3);
    expect(log.lines[2]!.fields).to.include({ policy: 'mine', actor: 'player/later', times: 1000 });
    expect(placement.statistics().mine).to.include({ threw: 1001 });
  });

  it('does not let a policy that sorts its candidates in place disturb the next one, nor the caller', () => {
    const sorted = [...candidates];
    const placement = service({ mine: (_request, list) => void (list as SiloSnapshot[]).splice(0) });
    expect(placement.choose('mine', request('p1'), sorted)).to.equal('here');
    expect(sorted).to.deep.equal(candidates);
  });

  it('shows no policy a silo that is full, and accepts none', () => {
    const full = silo('full', { activations: 10, capacity: 10, isLocal: true });
    const seen: string[][] = [];
    const placement = service({ mine: (_request, list) => { seen.push(list.map(({ id }) => id)); return 'full'; } });
    expect(placement.choose('mine', request('p1'), [full, silo('last', { activations: 9, capacity: 10 })])).to.equal('last');
    expect(seen).to.deep.equal([['last']]);
    expect(placement.statistics().mine).to.include({ strangers: 1 });
  });

  it('refuses with NoCapacityError when every silo is full, and when there is none, asking nobody', () => {
    const asked: unknown[] = [];
    const placement = service({ mine: (...args) => void asked.push(args) });
    expect(() => placement.choose('mine', request('p1'), silos(3, { activations: 5, capacity: 5 }))).to.throw(NoCapacityError, 'no silo has room for player/p1: all 3')
      .that.includes({ retryable: true });
    expect(() => placement.choose('mine', request('p1'), [])).to.throw(NoCapacityError, 'no silo can take player/p1: there is no candidate');
    expect(asked).to.deep.equal([]);
  });

  it('chooses the same again from the same seed', () => {
    const run = (): unknown => {
      const placement = service({}, 'least-loaded');
      return Array.from({ length: 50 }, (_, key) => placement.choose('random', request(String(key)), silos(9)));
    };
    expect(run()).to.deep.equal(run());
  });
});
