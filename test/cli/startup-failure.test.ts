import { createServer } from 'node:net';
import { expect } from 'chai';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { describeStartupFailure } from '../../silo/cli/startup-failure.js';
import { SocketFrameNetwork } from '../../transport/socket-frame-network.js';
import { takePort } from '../support/processes.js';

/** The error of a real system call. */
function failureOf(attempt: (fail: (error: Error) => void) => void): Promise<Error> {
  return new Promise((resolve) => attempt(resolve));
}

describe('a silo that does not start', () => {
  it('tells a configuration error as it is, in one line', () => {
    const failure = describeStartupFailure(new ConfigurationError('cluster: no\n    at somewhere'));
    expect(failure).to.deep.equal({ line: 'cluster: no', exitCode: 2 });
  });

  it('names a taken port and the flag', async () => {
    const { port, release } = await takePort();
    const error = await failureOf((fail) => createServer().once('error', fail).listen(port, '127.0.0.1'));
    await release();
    const line = `port ${port} of 127.0.0.1 is taken; end what uses it, or choose another with --gateway-port`;
    expect(describeStartupFailure(error)).to.deep.equal({ line, exitCode: 2 });
    expect(describeStartupFailure(new Error('no gateway', { cause: error }))).to.deep.equal({ line, exitCode: 2 });
  });

  it('names the flag of the port of links, where that is the one', async () => {
    const { port, release } = await takePort();
    const error = await failureOf((fail) => void new SocketFrameNetwork({ siloId: 's', incarnation: 's.1', cluster: 'c', port }).listen(() => undefined).catch(fail));
    await release();
    const line = `port ${port} of 127.0.0.1 is taken; end what uses it, or choose another with --port`;
    expect(describeStartupFailure(error)).to.deep.equal({ line, exitCode: 2 });
  });

  it('names an address that is not this machine', async () => {
    const error = await failureOf((fail) => createServer().once('error', fail).listen(0, '192.0.2.1'));
    expect(describeStartupFailure(error).line).to.equal('192.0.2.1 is no address of this machine; choose another with --gateway-host');
  });

  it('names an unknown host', async () => {
    const error = await failureOf((fail) => createServer().once('error', fail).listen(0, 'no-such-host.invalid'));
    expect(describeStartupFailure(error).line).to.equal("host 'no-such-host.invalid' is unknown; choose another with --gateway-host");
  });

  it('names the flag in what the store says of a Redis, where the error names the option', () => {
    const { line } = describeStartupFailure(new ConfigurationError('Redis at redis://db:1 cannot be used: connect ECONNREFUSED; start it, correct the option redis, or leave it out to keep nothing'));
    expect(line).to.equal('Redis at redis://db:1 cannot be used: connect ECONNREFUSED; start it, correct --redis, or leave --redis out to keep nothing');
  });

  it('names the flag of a cluster that has its silo, where the error names the option', () => {
    const { line, exitCode } = describeStartupFailure(new ConfigurationError("cluster 'a' has a living silo already: s (x); stop it, or choose another name with the option cluster"));
    expect({ line, exitCode }).to.deep.equal({ line: "cluster 'a' has a living silo already: s (x); stop it, or choose another name with --cluster", exitCode: 2 });
  });

  it('tells anything else in one line with exit code 1, and keeps the stack for the log', () => {
    const { line, exitCode, detail } = describeStartupFailure(new TypeError('x is not a function\nat all'));
    expect({ line, exitCode }).to.deep.equal({ line: 'x is not a function', exitCode: 1 });
    expect(detail).to.match(/^TypeError: x is not a function/);
  });
});
