import { parseArgs } from 'node:util';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { FLAGS, splitList, type Flag } from './flags.js';

/** One flag's values, and what to call it in an error. */
export interface Setting {
  readonly flag: Flag;
  readonly source: string;
  readonly values: readonly string[];
}

/** What was asked for. `settings` are in the order in which they apply: environment first, flags over it. */
export interface CommandLine {
  readonly action: 'run' | 'help' | 'version';
  readonly settings: readonly Setting[];
}

type Token = ReturnType<typeof tokenize>[number];
const SWITCHES = { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } } as const;

/**
 * Reads flags and environment; an empty variable counts as unset. Throws `ConfigurationError` for a flag that does not exist, lacks its
 * value, or an argument that belongs to none (a list of files behind `--modules`, as a shell expands it, does).
 */
export function parseCommandLine(args: readonly string[], environment: Readonly<Record<string, string | undefined>>): CommandLine {
  const values = new Map<Flag, string[]>();
  let action: CommandLine['action'] = 'run';
  let current: Flag | undefined;
  for (const token of tokenize(args)) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'option' && (token.name === 'help' || token.name === 'version')) {
      action = token.name;
      continue;
    }
    current = token.kind === 'positional' ? expectList(current, token.value) : findFlag(token);
    const value = token.kind === 'positional' ? token.value : expectValue(token);
    values.set(current, [...(values.get(current) ?? []), ...(current.isList ? splitList(value) : [value])]);
  }
  const flags = [...values].map(([flag, given]) => ({ flag, source: `--${flag.name}`, values: given }));
  return { action, settings: [...readEnvironment(environment), ...flags] };
}

function tokenize(args: readonly string[]) {
  const options = Object.fromEntries(FLAGS.map((flag) => [flag.name, { type: flag.isSwitch ? 'boolean' : 'string', multiple: true } as const]));
  return parseArgs({ args: [...args], options: { ...options, ...SWITCHES }, strict: false, tokens: true, allowPositionals: true }).tokens;
}

function findFlag(token: Extract<Token, { kind: 'option' }>): Flag {
  const flag = FLAGS.find(({ name }) => name === token.name);
  if (flag) return flag;
  throw new ConfigurationError(`${token.rawName} is not a flag; known: ${[...FLAGS.map(({ name }) => `--${name}`), '--help', '--version'].join(' ')}`);
}

function expectValue(token: Extract<Token, { kind: 'option' }>): string {
  if (token.value === undefined && findFlag(token).isSwitch) return 'true';
  const isNextFlag = !token.inlineValue && token.value?.startsWith('-');
  if (token.value !== undefined && token.value !== '' && !isNextFlag) return token.value;
  const flag = findFlag(token);
  throw new ConfigurationError(`--${flag.name} lacks its value; use --${flag.name} ${flag.value}`);
}

function expectList(current: Flag | undefined, value: string): Flag {
  if (current?.isList) return current;
  throw new ConfigurationError(`'${value}' belongs to no flag; actors' files go behind --modules, --help lists the flags`);
}

function readEnvironment(environment: Readonly<Record<string, string | undefined>>): readonly Setting[] {
  return FLAGS.flatMap((flag) => {
    const text = environment[flag.variable];
    if (text === undefined || text === '') return [];
    return [{ flag, source: flag.variable, values: flag.isList ? splitList(text) : [text] }];
  });
}
