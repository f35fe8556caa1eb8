// Peers. Owns: this silo's links to the others, and what their coming and going means here. Does not own: who is in the cluster.
//   E1. The port is open before the silo joins, and closed after it has left: whoever knows of it can reach it.
//      What it has answered arrives before it leaves: then the others close their ends.
//   E2. Who is dead is talked to no more; nobody's silence is awaited beyond that.
import { PlacementService } from '../placement/placement-service.js';
import type { Clock, FrameNetwork, Logger, Member, Membership, SiloLoad } from '../protocol/ports/index.js';
import { LinkPool } from './links/link-pool.js';
import type { LoadMeter } from './load-meter.js';
import type { ResolvedSiloOptions } from './silo-options.js';
import type { SiloRuntime } from './silo-runtime.js';
import { Suspicion } from './suspicion.js';

export interface PeersParts {
  readonly siloId: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly network: FrameNetwork;
  readonly membership: Membership;
  readonly runtime: SiloRuntime;
  readonly options: Pick<ResolvedSiloOptions, 'labels' | 'placement'>;
  readonly load: Pick<LoadMeter, 'current'>;
  readonly random?: () => number;
}

export type MemberListener = (event: 'member-joined' | 'member-dead', member: Member) => void;

export class Peers {
  private readonly links: LinkPool;
  private readonly suspicion: Suspicion;

  constructor(private readonly parts: PeersParts) {
    const { siloId, clock, log, network, membership, runtime, random = Math.random } = parts;
    const calls = runtime.peerCalls();
    this.links = new LinkPool({
      network, clock, log, codec: runtime.codec, self: { siloId, incarnation: membership.incarnation },
      handler: {
        invoke: (envelope, from) => calls.invoke(envelope, from),
        control: (topic, body, from) => this.suspicion.answer(topic, body) ?? runtime.peerControl(topic, body, from),
        lost: ({ incarnation }) => this.suspicion.check(incarnation),
      },
    });
    this.suspicion = new Suspicion({ membership, links: this.links, clock, log, random });
  }

  /** Opens the port. Rejects with `ConfigurationError` when it cannot be had. */
  async open(): Promise<void> {
    await this.links.start();
    const { siloId, clock, log, membership, runtime, options, random = Math.random } = this.parts;
    const { labels, placement } = options;
    const chooser = new PlacementService({ default: placement.default, policies: placement.policies, clock, log, random });
    runtime.joinPeers({
      links: this.links, chooser, labels, defaultPolicy: placement.default, onRefused: (incarnation) => this.suspicion.check(incarnation),
      self: () => ({ id: siloId, labels, versions: runtime.hostedTypes(), isLocal: true, ...loadOf(this.parts.load, runtime) }),
    });
    membership.onChange(({ joined, dead }) => {
      for (const member of dead) this.links.drop(member.incarnation, `silo '${member.siloId}' is dead`);
      if (joined.length > 0) log.info({ silos: joined.map((member) => member.siloId) }, 'silos joined the cluster');
      if (dead.length > 0) log.warn({ silos: dead.map((member) => member.siloId) }, 'silos have left the cluster, or are dead');
    });
  }

  /** E1. */
  async takeLeave(): Promise<void> {
    // Whoever was declared dead has nothing more to say.
    if (this.parts.membership.isValid) await this.links.takeLeave();
  }

  close(): Promise<void> {
    this.suspicion.stop();
    return this.links.close();
  }
}

/** What a silo tells the others of how busy it is. */
export function loadOf(meter: Pick<LoadMeter, 'current'>, runtime: SiloRuntime): SiloLoad {
  return { ...meter.current(), activations: runtime.statistics.activations };
}
