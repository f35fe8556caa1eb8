import type { FrameConnection, FrameNetwork, Incarnation } from '../../protocol/ports/index.js';

/** A silo's network, where `wayTo` says by which address another one is reached. */
export class DetouredNetwork implements FrameNetwork {
  constructor(private readonly inner: FrameNetwork, private readonly wayTo: (address: string) => Promise<string>) {}

  get address(): string {
    return this.inner.address;
  }

  listen(accept: (connection: FrameConnection) => void): Promise<void> {
    return this.inner.listen(accept);
  }

  async connect(address: string, expected: Incarnation): Promise<FrameConnection> {
    return this.inner.connect(await this.wayTo(address), expected);
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
