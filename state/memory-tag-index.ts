import type { ActorId } from '../protocol/actor-id.js';

/** Which actors stand under which tag. Index only: the truth is in the actors' rows. */
export class MemoryTagIndex {
  private readonly tagged = new Map<string, Map<string, ActorId>>();

  set(tag: string, id: ActorId, present: boolean): void {
    const member = `${id.type}/${id.key}`;
    let members = this.tagged.get(tag);
    if (present) {
      if (!members) this.tagged.set(tag, (members = new Map<string, ActorId>()));
      members.set(member, { type: id.type, key: id.key });
    } else if (members?.delete(member) && members.size === 0) {
      this.tagged.delete(tag);
    }
  }

  find(tag: string): readonly ActorId[] {
    return [...(this.tagged.get(tag)?.values() ?? [])];
  }
}
