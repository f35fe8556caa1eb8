import type { ActorId } from '../protocol/actor-id.js';
import type { TagStamp } from '../protocol/ports/state-store.js';

interface Entry extends TagStamp {
  readonly id: ActorId;
}

/** Which actors stand under which tag. Index only: the truth is in the actors' rows. */
export class MemoryTagIndex {
  private readonly tagged = new Map<string, Map<string, Entry>>();

  add(tag: string, { type, key }: ActorId, { version, by }: TagStamp): void {
    let members = this.tagged.get(tag);
    if (!members) this.tagged.set(tag, (members = new Map<string, Entry>()));
    const member = `${type}/${key}`;
    members.set(member, { id: { type, key }, version: Math.max(version, members.get(member)?.version ?? 0), by });
  }

  /** Takes it out unless it was made for a later version, or is another one than `mark` says. */
  remove(tag: string, { type, key }: ActorId, version: number, mark?: string): void {
    const members = this.tagged.get(tag);
    const entry = members?.get(`${type}/${key}`);
    if (!members || !entry || entry.version > version || (mark !== undefined && markOf(entry) !== mark)) return;
    members.delete(`${type}/${key}`);
    if (members.size === 0) this.tagged.delete(tag);
  }

  find(tag: string): { readonly ids: readonly ActorId[]; readonly marks: readonly string[] } {
    const entries = [...(this.tagged.get(tag)?.values() ?? [])];
    return { ids: entries.map(({ id }) => id), marks: entries.map(markOf) };
  }
}

function markOf({ version, by }: TagStamp): string {
  return `${version} ${by}`;
}
