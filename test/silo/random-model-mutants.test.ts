// Tests must be able to fail (protocol.md §9): each mutant breaks one rule on purpose, and the random model has to notice.
import { expect } from 'chai';
import { StateTracker } from '../../isolation/state-tracker.js';
import type { CommitRequest, CommitResult } from '../../protocol/ports/index.js';
import { Entity } from '../../silo/activation/entity.js';
import { OpenUnits } from '../../silo/activation/open-units.js';
import type { UnitOfWork } from '../../silo/activation/unit-of-work.js';
import { Occupancy } from '../../silo/turns/occupancy.js';
import type { CallChain } from '../../silo/turns/call-chain.js';
import { FaultyStore } from './model/faulty-store.js';
import { runModel, type StoreMaker } from './model/run-model.js';

const MAX_SEEDS = 80;

/** Answers before it writes, and forgets what then turns out to be refused. */
class HastyStore extends FaultyStore {
  protected override async apply(request: CommitRequest): Promise<CommitResult> {
    this.clock_.setTimer(() => void super.apply(request), this.random.below(40));
    return Promise.resolve({ status: 'committed', version: request.version + 1 });
  }
}

/** Writes under whatever token is registered, over whatever version is there. */
class UnfencedStore extends FaultyStore {
  protected override async apply(request: CommitRequest): Promise<CommitResult> {
    const token = (await this.lookup(request.id))?.token ?? request.token;
    const result = await super.apply({ ...request, token });
    if (result.status !== 'conflict' && result.status !== 'regressed') return result;
    return super.apply({ ...request, token, version: result.version });
  }
}

/** Applies a commit again when it is sent again. */
class ForgetfulStore extends FaultyStore {
  private sent = 0;
  protected override async apply(request: CommitRequest): Promise<CommitResult> {
    const result = await super.apply({ ...request, commitId: `${request.commitId}/${++this.sent}` });
    return result.status === 'conflict' ? super.apply({ ...request, version: result.version }) : result;
  }
}

/** Keeps events that were handled. */
class UnsettledStore extends FaultyStore {
  protected override apply(request: CommitRequest): Promise<CommitResult> {
    return super.apply({ ...request, settled: [] });
  }
}

/** Keeps no results under idempotency keys. */
class KeylessStore extends FaultyStore {
  protected override apply(request: CommitRequest): Promise<CommitResult> {
    return super.apply({ ...request, operations: [] });
  }
}

/** Runs `body` while a method is another one. */
async function withMethod<T extends object>(prototype: T, name: keyof T & string, method: (this: T, ...args: never[]) => unknown, body: () => Promise<void>): Promise<void> {
  const original = Object.getOwnPropertyDescriptor(prototype, name)!;
  Object.defineProperty(prototype, name, { ...original, value: method });
  try {
    await body();
  } finally {
    Object.defineProperty(prototype, name, original);
  }
}

async function isNoticed(pattern: RegExp, Store?: StoreMaker, mode: 'chain' | 'all' = 'chain'): Promise<void> {
  const others = new Set<string>();
  for (let seed = 1; seed <= MAX_SEEDS; seed++) {
    const { violations } = await runModel(seed, Store, mode);
    if (violations.some((violation) => pattern.test(violation))) return;
    for (const violation of violations) others.add(violation);
  }
  expect.fail(`not noticed in ${MAX_SEEDS} runs; said instead: ${[...others].slice(0, 5).join('; ')}`);
}

describe('the random model notices', () => {
  it('a reply before the commit', () => isNoticed(/acknowledged and is lost/, HastyStore));

  it('commits of whoever had the actor before', () => isNoticed(/acknowledged and is lost|failed and is there|version/, UnfencedStore));

  it('a commit applied once more when it is sent again', () => isNoticed(/version \d+ after/, ForgetfulStore));

  it('events that are handled and not settled', () => isNoticed(/heard too often|events are left/, UnsettledStore));

  it('a failed unit that is not rolled back', () =>
    withMethod(StateTracker.prototype, 'rollback', () => undefined, () => isNoticed(/failed and is there/)));

  it('entities that are let go before their unit is committed', () =>
    withMethod(Entity.prototype, 'seal', function (this: Entity, chain: CallChain) {
      this.mailbox.vacate(chain);
    }, () => isNoticed(/read p\d+, which never was|failed and is there|acknowledged and is lost|began beside/)));

  it('under all, a failed turn whose undo takes the changes of others along', () =>
    withMethod(OpenUnits.prototype, 'heldAlone', ((unit: UnitOfWork) => unit.held), () =>
      isNoticed(/acknowledged and is lost/, undefined, 'all')));

  it('under all, a keyed turn that is not alone', () =>
    withMethod(Occupancy.prototype as unknown as { interleaves(): boolean }, 'interleaves', () => true, () => isNoticed(/began beside|is there 2 times/, undefined, 'all')));

  it('idempotency keys that are forgotten', () =>
    isNoticed(/is there 2 times/, KeylessStore));
});
