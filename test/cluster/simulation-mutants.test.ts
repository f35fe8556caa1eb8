// Tests must be able to fail (protocol.md §9): each mutant breaks one rule on purpose, and the simulation has to notice.
import { expect } from 'chai';
import { StoreActorDirectory } from '../../directory/store-actor-directory.js';
import type { CommitRequest, CommitResult } from '../../protocol/ports/index.js';
import { Activation } from '../../silo/activation/activation.js';
import { ClusterRouter } from '../../silo/routing/cluster-router.js';
import { Lease } from '../../state/lease.js';
import type { BeatAnswer } from '../../state/membership-table.js';
import { LedgerStore } from './simulation/ledger-store.js';
import { LedgerTable } from './simulation/ledger-table.js';
import { runSimulation, type Mutation } from './simulation/run-simulation.js';

const MAX_SEEDS = 60;

/** Writes whatever comes, over whatever is there. */
class BlindStore extends LedgerStore {
  protected override async apply(request: CommitRequest): Promise<CommitResult> {
    const token = (await this.lookup(request.id))?.token ?? request.token;
    const result = await super.apply({ ...request, token });
    return result.status === 'conflict' || result.status === 'regressed' ? super.apply({ ...request, token, version: result.version }) : result;
  }
}

/** Does not look at the token. */
class TokenlessStore extends LedgerStore {
  protected override async apply(request: CommitRequest): Promise<CommitResult> {
    return super.apply({ ...request, token: (await this.lookup(request.id))?.token ?? request.token });
  }
}

/** Answers before it writes. */
class HastyStore extends LedgerStore {
  protected override async apply(request: CommitRequest): Promise<CommitResult> {
    this.clock_.setTimer(() => void super.apply(request), 5);
    return Promise.resolve({ status: 'committed', version: request.version + 1 });
  }
}

/** Keeps no ids: they are known in memory only. */
class ForgetfulStore extends LedgerStore {
  protected override apply(request: CommitRequest): Promise<CommitResult> {
    return super.apply({ ...request, operations: undefined });
  }
}

/** Beats of the dead are as good as others'. */
class ImmortalTable extends LedgerTable {
  protected override answer(): Promise<BeatAnswer> {
    return Promise.resolve({ status: 'ok', epoch: 1 });
  }
}

/** A lease that ends only when its silo hears of its death. */
const LASTING: PropertyDescriptorMap = {
  isValid: { get(this: { readonly endMs: number }) { return this.endMs !== -Infinity; } },
  isValidAt: { value(this: { readonly isValid: boolean }) { return this.isValid; } },
  mayAccept: { get(this: { readonly isValid: boolean }) { return this.isValid; } },
  validUntilMs: { get(this: { readonly isValid: boolean }) { return this.isValid ? Infinity : -Infinity; } },
};

async function isNoticed(pattern: RegExp, mutation: Mutation = {}): Promise<void> {
  const others = new Set<string>();
  for (let seed = 1; seed <= MAX_SEEDS; seed++) {
    const { violations } = await runSimulation(seed, mutation);
    if (violations.some((violation) => pattern.test(violation))) return;
    for (const violation of violations) others.add(violation);
  }
  expect.fail(`not noticed in ${MAX_SEEDS} runs; said instead: ${[...others].slice(0, 5).join('; ')}`);
}

/** Runs while properties of a prototype are others. */
async function withChanged(prototype: object, changes: PropertyDescriptorMap, run: () => Promise<void>): Promise<void> {
  const originals = Object.keys(changes).map((name) => [name, Object.getOwnPropertyDescriptor(prototype, name)!] as const);
  for (const [name, original] of originals) Object.defineProperty(prototype, name, { ...original, ...changes[name] });
  try {
    await run();
  } finally {
    for (const [name, original] of originals) Object.defineProperty(prototype, name, original);
  }
}

describe('the simulated cluster notices', function () {
  this.timeout(60_000);

  it('blind commits (P2)', () => isNoticed(/\(P2\)/, { Store: BlindStore }));

  it('blind commits, by what becomes of the state alone', () => isNoticed(/history forks|applied twice|acknowledged and is lost/, { Store: BlindStore }));

  it('commits whose token nobody looks at (P2)', () => isNoticed(/\(P2\)/, { Store: TokenlessStore }));

  it('replies before their commit (P6)', () => isNoticed(/came before its commit \(P6\)/, { Store: HastyStore }));

  it('ids that are in memory only (P7)', () => isNoticed(/applied twice \(P7\)|answered .* before \(P7\)/, { Store: ForgetfulStore }));

  it('silos that live on after their death (P4)', () => isNoticed(/after its death \(P4\)/, { Table: ImmortalTable }));

  it('actors that are taken from living silos', () =>
    withChanged(StoreActorDirectory.prototype, { isAlive: { value: () => Promise.resolve(false) } }, () => isNoticed(/which is not dead/)));

  it('reads by a silo that was declared dead and whose lease does not lapse', () =>
    withChanged(Lease.prototype, LASTING, () => isNoticed(/-read .*a stale read/)));

  it('strict reads that ask nobody, by such a silo', () =>
    withChanged(Lease.prototype, LASTING, () => withChanged(Activation.prototype, { verify: { value: () => Promise.resolve() } }, () => isNoticed(/-strict .*a stale read/))));

  it('calls that are made again although they may have run', () =>
    withChanged(ClusterRouter.prototype, { mayRepeat: { value: () => true } }, () => isNoticed(/has no key/)));
});
