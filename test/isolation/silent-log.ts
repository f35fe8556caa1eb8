import type { Logger } from '../../protocol/ports/index.js';

const nothing = (): void => undefined;

/** Says nothing. */
export const silentLog: Logger = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silentLog };
