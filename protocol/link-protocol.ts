/** Version of what silos say to each other on links. Both ends of a link speak the same one. */
export const LINK_PROTOCOL = 3;

/** Longest frame of a link in bytes: 1 MiB, and 64 KiB for what is around it. Larger things go in several frames. */
export const MAX_LINK_FRAME_BYTES = 1_114_112;
