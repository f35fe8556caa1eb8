import type { RaisingWalk } from './raising-walk.js';
import { fromUtf16, isUtf8Safe } from './text.js';

/** The string of a `text` node. One that UTF-8 could hold is refused: it would be a second spelling, which checks of names do not see. */
export function raiseText(bytes: unknown, walk: RaisingWalk): string {
  if (!(bytes instanceof Uint8Array) || bytes.length % 2 !== 0) return walk.fail('text that is no UTF-16');
  const text = fromUtf16(bytes);
  return isUtf8Safe(text) ? walk.fail('text that needs no UTF-16') : text;
}
