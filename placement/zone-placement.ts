import type { PlacementPolicy, PlacementRequest, SiloSnapshot } from '../protocol/ports/placement.js';

/** The label that says where a silo stands, unless the class names another one. */
const DEFAULT_LABEL = 'zone';

/**
 * Among the candidates whose label (`{ label: 'zone' }`) has the value of the calling silo's, the choice of `within`; where the caller has no
 * such label, or nobody shares it, among all.
 */
export class ZonePlacement implements PlacementPolicy {
  readonly name = 'zone';

  constructor(private readonly within: PlacementPolicy) {}

  choose(request: PlacementRequest, candidates: readonly SiloSnapshot[]): ReturnType<PlacementPolicy['choose']> {
    const label = typeof request.options.label === 'string' ? request.options.label : DEFAULT_LABEL;
    const labels = request.labels ?? candidates.find(({ isLocal }) => isLocal)?.labels;
    const zone = valueOf(labels, label);
    const near = zone === undefined ? [] : candidates.filter((silo) => valueOf(silo.labels, label) === zone);
    return this.within.choose(request, near.length > 0 ? near : candidates);
  }
}

/** Own labels only: one that is called `constructor` is a label like any other. */
function valueOf(labels: Readonly<Record<string, string>> | undefined, label: string): string | undefined {
  return labels !== undefined && Object.hasOwn(labels, label) ? labels[label] : undefined;
}
