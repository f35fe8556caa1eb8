import { expect } from 'chai';
import { serviceMetadata, type ServiceOptions } from '../../decorators/index.js';
import { Actor, ActorEvent, Every, Interleave, On, Public, ReadOnly, Service, State } from '../../sdk/index.js';
import { refusal } from './refusal.js';

@ActorEvent('service-rang') class Rang {}
@Service() class PathFinding {
  find(): number { return 1; }
  onActivate(): void {}
  onDeactivate(): void {}
}
@Service({ name: 'maths', concurrency: 4, isolation: 'dedicated', threads: 3, memoryLimitMb: 64, turnLimit: '250ms' }) class Maths {}

function refused(options: unknown): string {
  return refusal(() => {
    @Service(options as ServiceOptions) class Part {}
    return Part;
  });
}

describe('@Service', () => {
  it('takes the class name, sixteen turns at once and one worker when no option is given', () => {
    expect(serviceMetadata(PathFinding)).to.deep.include({
      kind: 'service', name: 'PathFinding', target: PathFinding, concurrency: 16, isolation: 'worker', threading: { threads: 1, memoryLimitMb: undefined, turnLimitMs: 10_000 },
    });
    expect([...serviceMetadata(PathFinding)!.methods.keys()]).to.deep.equal(['find']);
  });

  it('keeps every option', () => {
    expect(serviceMetadata(Maths)).to.deep.include({ name: 'maths', concurrency: 4, isolation: 'dedicated', threading: { threads: 3, memoryLimitMb: 64, turnLimitMs: 250 } });
    expect(serviceMetadata(Maths)).to.be.frozen;
  });

  it('is not inherited', () => {
    class Better extends PathFinding {}
    expect(serviceMetadata(Better)).to.equal(undefined);
  });

  it('names unknown options and bad values', () => {
    const start = '@Service on class Part: ';
    expect(refused({ colour: 1 })).to.equal(`${start}unknown option "colour"; known options: name, concurrency, isolation, threads, memoryLimitMb, turnLimit`);
    for (const value of [0, -1, 1.5, Infinity, '4']) expect(refused({ concurrency: value })).to.contain(`${start}option "concurrency" is `).and.contain('expected a whole number above 0');
    for (const value of [0, 65, 1.5, '2']) expect(refused({ threads: value })).to.contain(`${start}option "threads" is `).and.contain('expected a whole number from 1 to 64');
    for (const value of [15, 16.5, '64']) expect(refused({ memoryLimitMb: value })).to.contain(`${start}option "memoryLimitMb" is `).and.contain('expected a whole number from 16');
    expect(refused({ turnLimit: 'soon' })).to.contain(`${start}option "turnLimit"`);
    expect(refused({ isolation: 'process' })).to.equal(`${start}option "isolation" is "process"; expected 'worker', 'dedicated', 'inline'`);
    expect(refused({ name: 'a:b' })).to.contain(`${start}option "name": "a:b" is not a name`);
  });

  it('stands alone on its class', () => {
    expect(refusal(() => Actor()(PathFinding))).to.equal('@Actor on class PathFinding: the class is an @Service already; a class has one of them');
  });

  it('refuses what is for state, timers, events, clients and owners, by name', () => {
    expect(refusal(() => { @Service() class A { @State() hp = 1; } return A; })).to.match(/^@State on A\.hp: the class is a @Service, which keeps no state/);
    expect(refusal(() => { @Service() class A { @Every('1s') protected tick(): void {} } return A; })).to.match(/^@Every on A\.tick: the class is a @Service, which has no timers/);
    expect(refusal(() => { @Service() class A { @On(Rang, { from: 'self' }) protected rang(_: Rang): void {} } return A; })).to.match(/^@On on A\.rang: .* hears no events/);
    expect(refusal(() => { @Service() class A { @Public() open(): void {} } return A; })).to.match(/^@Public on A\.open: .* clients cannot call/);
    expect(refusal(() => { @Service() class A { @Interleave() beside(): void {} } return A; })).to.match(/^@Interleave on A\.beside: .* always run beside each other/);
    expect(refusal(() => { @Service() class A { @ReadOnly({ strict: true }) look(): void {} } return A; })).to.match(/^@ReadOnly\(\{ strict \}\) on A\.look: .* nobody owns/);
    for (const hook of ['onConnect', 'onDisconnect', 'onDehydrate', 'onRehydrate', 'canMove', 'onDrain']) {
      class A {}
      Object.defineProperty(A.prototype, hook, { value: () => undefined, writable: true, configurable: true });
      expect(refusal(() => Service()(A))).to.equal(`hook "${hook}" of class A: the class is a @Service, which has onActivate and onDeactivate only`);
    }
  });
});
