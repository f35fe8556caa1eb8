// The flags of the bin `troupe`, each with its environment variable. One table: parsing, precedence and --help read it.
import { checkOneOf, checkPort, refuse } from '../options/checks.js';
import { DURABILITIES } from '../options/names.js';
import type { SiloOptions } from '../silo-options.js';

/** The options as they are put together: config file, then environment, then flags. */
export type Draft = { -readonly [Option in keyof SiloOptions]?: SiloOptions[Option] };

/** One flag. `apply` puts its values into the draft; `source` is what to call it in an error (`--port`, `TROUPE_PORT`). */
export interface Flag {
  readonly name: string;
  readonly variable: string;
  /** What its value looks like in --help. */
  readonly value: string;
  readonly help: string;
  /** May be given several times, or once with commas. */
  readonly isList?: boolean;
  /** Alone it means `true`. */
  readonly isSwitch?: boolean;
  apply(draft: Draft, values: readonly string[], source: string): void;
}

/** Every flag with a value, in the order of --help. `--config` is read first: its file is what the others change. */
export const FLAGS: readonly Flag[] = [
  {
    name: 'modules', variable: 'TROUPE_MODULES', value: 'GLOB', isList: true, help: "the actors' files: globs, paths, URLs",
    apply: (draft, values) => { draft.modules = values; },
  },
  {
    name: 'redis', variable: 'TROUPE_REDIS', value: 'URL', help: 'where state is kept; without it nothing is kept after exit',
    apply: (draft, values) => { draft.redis = last(values); },
  },
  {
    name: 'durability', variable: 'TROUPE_DURABILITY', value: 'WHERE', help: 'where a commit is before its reply: primary, or replicated (primary)',
    apply: (draft, values, source) => { draft.durability = checkOneOf(DURABILITIES)(last(values), source); },
  },
  {
    name: 'cluster', variable: 'TROUPE_CLUSTER', value: 'NAME', help: 'isolates everything in Redis (default)',
    apply: (draft, values) => { draft.cluster = last(values); },
  },
  {
    name: 'port', variable: 'TROUPE_PORT', value: 'PORT', help: 'for links between silos (11111, or another one when that is taken)',
    apply: (draft, values, source) => { draft.listen = { ...draft.listen, port: toPort(last(values), source) }; },
  },
  {
    name: 'gateway-port', variable: 'TROUPE_GATEWAY_PORT', value: 'PORT', help: 'opens a gateway for clients; 0 is any free port (3000)',
    apply: (draft, values, source) => changeGateway(draft, { port: toPort(last(values), source) }),
  },
  {
    name: 'gateway-host', variable: 'TROUPE_GATEWAY_HOST', value: 'HOST', help: "the gateway's address (127.0.0.1)",
    apply: (draft, values) => changeGateway(draft, { host: last(values) }),
  },
  {
    name: 'auth', variable: 'TROUPE_AUTH', value: 'anonymous', help: 'lets anyone connect; other ways need --config',
    apply: (draft, values, source) => changeGateway(draft, { authenticate: toAuthenticate(last(values), source) }),
  },
  {
    name: 'page', variable: 'TROUPE_PAGE', value: 'FOLDER', help: 'a folder that the gateway serves over HTTP',
    apply: (draft, values) => changeGateway(draft, { page: last(values) }),
  },
  {
    name: 'label', variable: 'TROUPE_LABEL', value: 'NAME=VALUE', isList: true, help: 'a label of this silo (zone=a)',
    apply: (draft, values, source) => { draft.labels = { ...draft.labels, ...toLabels(values, source) }; },
  },
  {
    name: 'watch', variable: 'TROUPE_WATCH', value: '', isSwitch: true, help: 'loads changed modules anew while the silo runs (false)',
    apply: (draft, values, source) => { draft.watch = toSwitch(last(values), source); },
  },
  {
    name: 'deploy-lock', variable: 'TROUPE_DEPLOY_LOCK', value: 'FILE', help: 'while it exists nothing is loaded anew (.troupe-deploy.lock)',
    apply: (draft, values) => { draft.deployLock = last(values); },
  },
  {
    name: 'config', variable: 'TROUPE_CONFIG', value: 'FILE', help: 'a module whose default export is the options',
    apply: () => {},
  },
  {
    name: 'silos', variable: 'TROUPE_SILOS', value: 'N', help: 'how many silos to start, a process each; more than 1 need --redis',
    apply: (_draft, values, source) => void toCount(last(values), source),
  },
];

/** How many silos the settings ask for; 1 unless they say. Throws `ConfigurationError` for what is no such number. */
export function countSilos(settings: readonly { readonly flag: Flag; readonly values: readonly string[]; readonly source: string }[]): number {
  const setting = settings.findLast(({ flag }) => flag.name === 'silos');
  return setting ? toCount(last(setting.values), setting.source) : 1;
}

/** Splits a list at commas, but not at those inside the braces of a glob. */
export function splitList(text: string): readonly string[] {
  return text.split(/,(?![^{]*\})/).map((part) => part.trim()).filter((part) => part !== '');
}

/** `gateway` may be anything here: what the config file says is checked with the rest, later. */
function changeGateway(draft: Draft, change: Partial<NonNullable<SiloOptions['gateway']>>): void {
  draft.gateway = { ...(draft.gateway as NonNullable<SiloOptions['gateway']>), ...change };
}

function toPort(text: string, source: string): number {
  return /^\d+$/.test(text) ? checkPort(Number(text), source) : checkPort(text, source);
}

function toAuthenticate(text: string, source: string): 'anonymous' {
  if (text === 'anonymous') return text;
  return refuse(source, text, 'a way to authenticate', "use 'anonymous', or --config with a function as gateway.authenticate");
}

function toLabels(values: readonly string[], source: string): Readonly<Record<string, string>> {
  return Object.fromEntries(values.map((text) => {
    const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    return name !== undefined && value !== undefined ? [name, value] : refuse(source, text, 'a label', 'use name=value, such as zone=a');
  }));
}

function toSwitch(text: string, source: string): boolean {
  if (/^(true|1)$/.test(text)) return true;
  return /^(false|0)$/.test(text) ? false : refuse(source, text, 'a switch', 'use true or false');
}

function toCount(text: string, source: string): number {
  return /^[1-9]\d?$/.test(text) ? Number(text) : refuse(source, text, 'a number of silos', 'use a whole number from 1 to 99');
}

function last(values: readonly string[]): string {
  return values.at(-1) ?? '';
}
