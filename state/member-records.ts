// How a silo's own words stand in `{C/m}:addr`: under its incarnation what it said when it joined, under `~` and the incarnation its load.
import type { Member, SiloLoad } from '../protocol/ports/membership.js';
import type { Incarnation } from '../protocol/ports/state-store.js';
import type { Joiner } from './membership-table.js';

export function writeRecord({ siloId, address, startedAt, labels, types, gateway }: Joiner): string {
  return JSON.stringify({ siloId, address, startedAt, labels, types, gateway });
}

export function writeLoad(load: SiloLoad | undefined): string {
  return load ? JSON.stringify([load.cpu, load.memory, load.activations, load.capacity]) : '';
}

/** `record` and `load` as they were written; what an older version left out is empty. */
export function readMember(incarnation: Incarnation, status: Member['status'], record: string, load = ''): Member {
  const { siloId = '', address = '', startedAt = 0, labels = {}, types = {}, gateway } = JSON.parse(record) as Partial<Member>;
  const member = { siloId, incarnation, address, status, startedAt, labels, types, ...(gateway === undefined ? undefined : { gateway }) };
  return load === '' ? member : { ...member, load: readLoad(load) };
}

function readLoad(text: string): SiloLoad {
  const [cpu, memory, activations, capacity] = JSON.parse(text) as [number, number, number, number | null];
  return { cpu, memory, activations, ...(capacity === null ? undefined : { capacity }) };
}
