/** Version of what silos say to each other on links. Both ends of a link speak the same one. */
export const LINK_PROTOCOL = 1;
