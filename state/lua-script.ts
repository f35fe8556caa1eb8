import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { ConfigurationError } from '../protocol/errors/index.js';

/** The scripts of protocol.md §2, by their file in `state/lua`. */
export type ScriptName =
  | 'claim-actor' | 'commit-unit' | 'release-actor' | 'hand-off-actor' | 'destroy-actor' | 'park-delivery' | 'list-operations' | 'read-hash'
  | 'settle-outbox' | 'settle-share' | 'list-listeners' | 'forget-unbound' | 'note-dirty' | 'clean-dirty'
  | 'add-letter' | 'note-call' | 'keep-chain-end' | 'remove-letter' | 'list-letters' | 'open-tracker' | 'update-tracker' | 'read-tracker'
  | 'index-tag' | 'unindex-tag' | 'join-cluster' | 'beat-silo' | 'kill-silo' | 'leave-cluster' | 'read-members';

/** A script's text and the hash under which Redis caches it. */
export interface LuaScript {
  /** For messages. */
  readonly name: string;
  readonly source: string;
  readonly sha: string;
}

const loaded = new Map<ScriptName, LuaScript>();

/** Reads a script (once per process) from `lua/` beside this file; a bare `tsc` output without it falls back to the sources. */
export function loadScript(name: ScriptName): LuaScript {
  const known = loaded.get(name);
  if (known) return known;
  const places = [`./lua/${name}.lua`, `../../state/lua/${name}.lua`].map((path) => new URL(path, import.meta.url));
  const place = places.find((url) => existsSync(url));
  if (!place) throw new ConfigurationError(`state/lua/${name}.lua is missing: looked at ${places.map((url) => url.pathname).join(' and ')}`);
  const source = readFileSync(place, 'utf8');
  const script = makeScript(name, source);
  loaded.set(name, script);
  return script;
}

/** A script that is not of `state/lua`. */
export function makeScript(name: string, source: string): LuaScript {
  return { name, source, sha: createHash('sha1').update(source).digest('hex') };
}
