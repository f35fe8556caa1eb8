// How `{C/T/K}:b:<event>` keeps who was bound from when to when. All scores are 0, so that members stand in the order of their bytes:
//   listener \0 bound               of a binding that lasts: `bound` is the version whose commit made it
//   listener \0 bound ' ' unbound   of one that is over, kept for broadcasts of a version before `unbound`
// A binding's place does not change when it ends, as nothing else begins with its `listener \0 bound`: pages stay the same. No `\0` is in a
// listener's name as it stands here.

/** The end of a page: everything that begins with the cursor and is the same binding stands before it. `!` follows on the space. */
const BEHIND = '!';

/** A listener as it stands in members; commit-unit.lua finds its bindings by it. */
export function encodeListener(listener: string): string {
  return listener.replace(/[\0\x01]/g, (char) => `\x01${char === '\0' ? '\x01' : '\x02'}`);
}

/** The lower bound (ZRANGEBYLEX) of the page after the cursor. */
export function pageStart(cursor: string | undefined): string {
  return cursor === undefined ? '-' : `(${cursor}${BEHIND}`;
}

/** Who it is, and whether it is bound at the version. `cursor` is that of a page which ends with it. */
export function readBinding(member: string, version: number): { readonly listener: string; readonly isBound: boolean; readonly cursor: string } {
  const end = member.indexOf('\0');
  const [bound = '', unbound] = member.slice(end + 1).split(' ');
  const listener = member.slice(0, end).replace(/\x01([\x01\x02])/g, (_, char) => (char === '\x01' ? '\0' : '\x01'));
  const isBound = Number(bound) <= version && (unbound === undefined || Number(unbound) > version);
  return { listener, isBound, cursor: member.slice(0, end + 1 + bound.length) };
}
