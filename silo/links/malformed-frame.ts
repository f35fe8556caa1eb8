/** Bytes of a peer that are no frame of ours. Ends the connection that brought them; never leaves silo/links. */
export class MalformedFrame extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MalformedFrame';
  }
}
