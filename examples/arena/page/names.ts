// Names and colours come from ids: nobody has to be told them.
const FIRST = ['Amber', 'Bold', 'Calm', 'Dusty', 'Eager', 'Fuzzy', 'Gentle', 'Happy', 'Icy', 'Jolly', 'Keen', 'Lucky', 'Misty', 'Noble', 'Proud', 'Quick', 'Rusty', 'Silent', 'Swift', 'Witty'];
const LAST = ['Badger', 'Crane', 'Dingo', 'Falcon', 'Gecko', 'Heron', 'Ibex', 'Jackal', 'Koala', 'Lynx', 'Marten', 'Newt', 'Otter', 'Panda', 'Quail', 'Raven', 'Stoat', 'Tapir', 'Viper', 'Wombat'];

/** `Swift Otter` for a player, `bot 7` for `bot/b7`. */
export function nameOf(id: string): string {
  if (isBot(id)) return `bot ${id.slice('bot/b'.length)}`;
  const number = hash(id);
  return `${FIRST[number % FIRST.length]} ${LAST[(number >>> 8) % LAST.length]}`;
}

/** A bright colour for players, a greyish one for bots. */
export function colorOf(id: string): string {
  const hue = hash(id) % 360;
  return isBot(id) ? `oklch(0.68 0.07 ${hue})` : `oklch(0.8 0.18 ${hue})`;
}

/** The colour of a silo, by its name: it keeps it while others come and go. */
export function siloColor(silo: string | undefined): string {
  return silo === undefined ? 'rgb(0 0 0 / 45%)' : `oklch(0.75 0.19 ${hash(silo) % 360})`;
}

export function isBot(id: string): boolean {
  return id.startsWith('bot/');
}

/** FNV-1a, and a last stir so that ids which differ by one digit get colours far apart. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const char of text) value = Math.imul(value ^ char.charCodeAt(0), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
