// Placing: which silo an actor that is nowhere goes to. Turns the members and an envelope into what a placement policy is asked.
import type { ActorMetadata } from '../../decorators/index.js';
import type { Envelope } from '../../protocol/envelope.js';
import { UnknownActorTypeError } from '../../protocol/errors/index.js';
import type { Incarnation, Member, Membership, PlacementRequest, SiloSnapshot } from '../../protocol/ports/index.js';

/** The part of the placement service that is needed here. */
export interface Chooser {
  choose(policy: string, request: PlacementRequest, candidates: readonly SiloSnapshot[]): string | Promise<string>;
}

export interface PlacingParts {
  readonly siloId: string;
  readonly membership: Membership;
  readonly chooser: Chooser;
  readonly defaultPolicy: string;
  readonly labels: Readonly<Record<string, string>>;
  typeOf(name: string): ActorMetadata | undefined;
  /** This silo takes actors: it does not stop. */
  isOpen(): boolean;
  /** This silo as the policies see it. */
  self(): SiloSnapshot;
}

export class Placing {
  constructor(private readonly parts: PlacingParts) {}

  /** Throws `UnknownActorTypeError` when no silo hosts the type. When all have refused they are asked again: the caller pauses between. */
  choose({ target }: Envelope, refused: ReadonlySet<Incarnation>): Member | 'here' | Promise<Member | 'here'> {
    const { siloId, membership, chooser, defaultPolicy, labels } = this.parts;
    const type = this.parts.typeOf(target.type);
    const hosts = membership.peers.filter(({ types }) => Object.hasOwn(types, target.type));
    if (!type && hosts.length === 0) throw new UnknownActorTypeError(`no silo hosts the actor type '${target.type}'`, { type: target.type });
    const isCandidate = type !== undefined && this.parts.isOpen();
    const willing = hosts.filter(({ incarnation }) => !refused.has(incarnation));
    if (hosts.length === 0 || (isCandidate && willing.length === 0)) return 'here';
    const takers = willing.length > 0 ? willing : hosts;
    const candidates = takers.map(snapshotOf);
    if (isCandidate) candidates.unshift(this.parts.self());
    const { policy = defaultPolicy, options = {} } = type?.placement ?? {};
    const request = { type: target.type, key: target.key, caller: siloId, labels, weight: 1, options };
    const find = (id: string): Member | 'here' => (id === siloId ? 'here' : takers.find((member) => member.siloId === id)!);
    const chosen = chooser.choose(policy, request, candidates);
    return typeof chosen === 'string' ? find(chosen) : chosen.then(find);
  }
}

function snapshotOf({ siloId, labels, types, load }: Member): SiloSnapshot {
  return { id: siloId, labels, versions: types, isLocal: false, cpu: load?.cpu ?? 0, memory: load?.memory ?? 0, activations: load?.activations ?? 0, capacity: load?.capacity };
}
