// TcpDetour. Owns: a port of this machine that leads to an address, and what is under way there.
//   D1. In each direction bytes arrive in order, each after the delay that there was when it was sent, and none while the wire is cut.
//   D2. The end of a connection passes as bytes do, after what was sent before it: what was held back arrives late though its sender is gone.
//   D3. Once the process at the address has ended, connections are refused, as without the detour.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Clock } from '../../protocol/ports/clock.js';
import { Lane } from './lane.js';

/** What is wrong between two ends. All detours between them have it. */
export interface WireFaults {
  isCut: boolean;
  /** Each way. */
  delayMs: number;
}

export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

interface Passage {
  readonly ends: readonly [Socket, Socket];
  readonly lanes: readonly [Lane, Lane];
}

export class TcpDetour {
  private readonly passages = new Set<Passage>();

  private constructor(private readonly listener: Server, private readonly to: TcpAddress, private readonly faults: WireFaults, private readonly clock: Clock) {
    listener.on('connection', (client) => this.accept(client));
  }

  static async open(to: TcpAddress, faults: WireFaults, clock: Clock): Promise<TcpDetour> {
    const listener = createServer({ noDelay: true, allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new TcpDetour(listener, to, faults, clock);
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** The faults have changed. */
  review(): void {
    for (const { lanes } of this.passages) for (const lane of lanes) lane.pump();
  }

  /** Breaks the connections that there are; what was under way is lost. */
  break(): void {
    for (const { ends, lanes } of this.passages) {
      for (const lane of lanes) lane.takeAll();
      for (const end of ends) end.destroy();
    }
    this.passages.clear();
  }

  /** D3. What is under way goes on. */
  refuse(): void {
    this.listener.close();
  }

  /** Idempotent. */
  close(): void {
    this.refuse();
    this.break();
  }

  private accept(client: Socket): void {
    const server = connect({ ...this.to, noDelay: true, allowHalfOpen: true });
    const isOpen = (): boolean => !this.faults.isCut;
    const passage: Passage = { ends: [client, server], lanes: [new Lane(this.clock, isOpen), new Lane(this.clock, isOpen)] };
    this.passages.add(passage);
    this.lead(client, server, passage.lanes[0]);
    this.lead(server, client, passage.lanes[1]);
    for (const end of passage.ends) {
      end.on('close', () => {
        if (passage.ends.every(({ closed }) => closed)) this.passages.delete(passage);
      });
    }
  }

  /** D1, D2. */
  private lead(from: Socket, to: Socket, lane: Lane): void {
    const send = (arrive: () => void): void => lane.send(this.faults.delayMs, () => void (to.destroyed || arrive()));
    from.on('data', (bytes) => send(() => to.write(bytes)));
    from.on('end', () => send(() => to.end()));
    // An error is followed by 'close'. No `resetAndDestroy`: on a socket that is ending it keeps Node 20 from ever exiting.
    from.on('error', () => undefined);
    from.on('close', (hadError) => send(() => void (hadError ? to.destroy() : to.end())));
  }
}
