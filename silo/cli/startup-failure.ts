import { ConfigurationError } from '../../protocol/errors/index.js';

/** How a start that failed is told: one line, and the exit code. */
export interface StartupFailure {
  readonly line: string;
  readonly exitCode: 1 | 2;
  /** The stack, for faults that are nobody's configuration. */
  readonly detail?: string | undefined;
}

interface SystemError extends Error {
  readonly code?: string;
  readonly port?: number;
  readonly address?: string;
  readonly hostname?: string;
  readonly syscall?: string;
}

const ADDRESS_FAULTS: Readonly<Record<string, (error: SystemError) => string>> = {
  EADDRINUSE: ({ port, address }) => `port ${port} of ${address} is taken; end what uses it, or choose another with --gateway-port`,
  EACCES: ({ port, address }) => `port ${port} of ${address} may not be opened by this user; choose one above 1023 with --gateway-port`,
  EADDRNOTAVAIL: ({ address }) => `${address} is no address of this machine; choose another with --gateway-host`,
};
const MAX_CAUSES = 8;

/** Tells why a silo did not start. */
export function describeStartupFailure(error: unknown): StartupFailure {
  const causes = causesOf(error);
  // The flag is a better way out than the option that the error names.
  const taken = causes.map(describeListenFault).find((line) => line !== undefined)?.replace('--gateway-port', isOfLinks(error) ? '--port' : '--gateway-port');
  if (taken !== undefined) return { line: taken, exitCode: 2 };
  if (error instanceof ConfigurationError) return { line: namingFlags(firstLine(error.message)), exitCode: 2 };
  for (const cause of causes) {
    const line = describeAddressFault(cause);
    if (line !== undefined) return { line, exitCode: 2 };
  }
  return { line: firstLine(causes[0]?.message ?? String(error)), exitCode: 1, detail: causes[0]?.stack };
}

function isOfLinks(error: unknown): boolean {
  return error instanceof ConfigurationError && error.message.startsWith('the port of links');
}

function describeAddressFault(error: SystemError): string | undefined {
  return error.syscall === 'getaddrinfo' ? `host '${error.hostname}' is unknown; choose another with --gateway-host` : undefined;
}

function describeListenFault(error: SystemError): string | undefined {
  return error.syscall === 'listen' || error.syscall === 'bind' ? ADDRESS_FAULTS[error.code ?? '']?.(error) : undefined;
}

/** What says what is wrong with a Redis or a cluster knows options and no flags. */
function namingFlags(line: string): string {
  if (line.startsWith('cluster ')) return line.replace(/ with the option (cluster)$/, ' with --$1');
  return line.startsWith('Redis at ') ? line.replace(/ correct the option redis, or leave it out /, ' correct --redis, or leave --redis out ') : line;
}

function causesOf(error: unknown): readonly Error[] {
  const causes: Error[] = [];
  const waiting: unknown[] = [error];
  while (waiting.length > 0 && causes.length < MAX_CAUSES) {
    const next = waiting.shift();
    if (!(next instanceof Error)) continue;
    causes.push(next);
    waiting.push(next.cause, ...(next instanceof AggregateError ? (next.errors as unknown[]) : []));
  }
  return causes;
}

function firstLine(text: string): string {
  return text.trim().split(/\s*\n/)[0] ?? '';
}
