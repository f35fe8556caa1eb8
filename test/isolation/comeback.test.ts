import { expect } from 'chai';
import { Comeback } from '../../isolation/comeback.js';
import { SystemClock } from '../../protocol/system-clock.js';
import { RecordingLogger } from '../support/memory-silo.js';

describe('what the log says of a thread that died', () => {
  const fieldsOf = (thrown: unknown, exitCode: number | undefined): unknown => {
    const log = new RecordingLogger();
    const comeback = new Comeback('gauge', { clock: new SystemClock(), log, random: () => 0 }, () => undefined);
    comeback.died({ thrown, exitCode, isEarly: false }, undefined);
    comeback.stop();
    return log.lines[0]!.fields;
  };

  it('is the error that nobody caught', () => {
    const err = new TypeError('on purpose');
    expect(fieldsOf(err, 1)).to.deep.equal({ err, component: 'gauge', exitCode: 1, forMs: 0 });
  });

  it('is a reason without a stack where nothing was thrown, or what is no error', () => {
    expect(fieldsOf(undefined, 7)).to.deep.equal({ reason: 'it exited with code 7', component: 'gauge', exitCode: 7, forMs: 0 });
    expect(fieldsOf('tired', 1)).to.deep.equal({ reason: 'tired', component: 'gauge', exitCode: 1, forMs: 0 });
  });
});
