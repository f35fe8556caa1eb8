import { PayloadTooLargeError } from '../protocol/errors/index.js';
import { MAX_LINK_FRAME_BYTES } from '../protocol/link-protocol.js';

/** Throws `PayloadTooLargeError` for a frame that would end the connection. */
export function checkFrame(frame: Uint8Array): void {
  if (frame.length <= MAX_LINK_FRAME_BYTES) return;
  throw new PayloadTooLargeError(`a frame of ${frame.length} bytes: a link takes at most ${MAX_LINK_FRAME_BYTES}`, { limit: MAX_LINK_FRAME_BYTES });
}
