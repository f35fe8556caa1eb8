import { expect } from 'chai';
import { LocationCache } from '../../directory/location-cache.js';
import type { Envelope } from '../../protocol/envelope.js';
import { LinkLostError } from '../../protocol/errors/index.js';
import type { Member } from '../../protocol/ports/index.js';
import type { CallWatch } from '../../silo/links/call-watch.js';
import { notSent } from '../../silo/links/not-sent.js';
import { ChainTable } from '../../silo/routing/chain-table.js';
import { ClusterRouter, type ClusterRouterParts } from '../../silo/routing/cluster-router.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { CallChain } from '../../silo/turns/call-chain.js';
import { failure } from '../support/memory-silo.js';

const B: Member = { siloId: 'b', incarnation: 'b1', address: '', status: 'up', startedAt: 0, labels: {}, types: {} };
const call = (): Envelope => ({ kind: 'call', target: { type: 'hero', key: 'a' }, method: 'strike', args: [], chain: new CallChain(), deadlineMs: 1000, timeoutMs: 1000, hops: 0 });

/** A router that has seen the actor on silo b; `settle` ends the attempts at it, in their order. */
function router() {
  const locations = new LocationCache();
  locations.set({ type: 'hero', key: 'a' }, B.incarnation);
  const chains = new ChainTable();
  const clock = new VirtualClock();
  const attempts: { readonly watch: CallWatch | undefined; readonly resolve: (value: unknown) => void; readonly reject: (error: unknown) => void }[] = [];
  const parts: Partial<ClusterRouterParts> = {
    locations, chains, clock,
    isStopping: () => false,
    membership: { incarnation: 'a1', peers: [B], mayAccept: true, suspect: () => undefined } as unknown as ClusterRouterParts['membership'],
    links: { ask: () => Promise.reject(new Error('asked')), invoke: (_to, _envelope, watch) => new Promise((resolve, reject) => void attempts.push({ watch, resolve, reject })) },
    placing: { choose: () => B } as unknown as ClusterRouterParts['placing'],
    directory: { lookup: () => Promise.resolve(undefined) } as unknown as ClusterRouterParts['directory'],
    isReadOnly: () => false,
    deliverHere: () => Promise.reject(new Error('delivered here')),
  };
  return { clusterRouter: new ClusterRouter(parts as ClusterRouterParts), attempts, chains, clock };
}

describe('a call whose actor was seen on another silo', () => {
  it('goes straight there; its chain is known by its ids until it ends', async () => {
    const { clusterRouter, attempts, chains } = router();
    const envelope = call();
    const outcome = clusterRouter.route(envelope);
    expect(chains.size).to.equal(1);
    attempts[0]!.watch!.ended(envelope);
    expect(chains.size).to.equal(0);
    attempts[0]!.resolve('done');
    expect(await outcome).to.equal('done');
  });

  it('goes on when it surely was not sent, and its chain is known again meanwhile', async () => {
    const { clusterRouter, attempts, chains, clock } = router();
    const envelope = call();
    void clusterRouter.route(envelope);
    attempts[0]!.watch!.ended(envelope);
    const outcome = attempts[0]!.watch!.failed(B, envelope, notSent('the link is not open'));
    for (let n = 0; n < 20 && attempts.length < 2; n++) await clock.advance(10);
    expect(attempts).to.have.length(2);
    expect(chains.size).to.equal(1);
    attempts[1]!.resolve('done');
    expect(await outcome).to.equal('done');
    expect(chains.size).to.equal(0);
  });

  it('fails when it may have run', async () => {
    const { clusterRouter, attempts } = router();
    const envelope = call();
    void clusterRouter.route(envelope);
    attempts[0]!.watch!.ended(envelope);
    expect(await failure(attempts[0]!.watch!.failed(B, envelope, new LinkLostError('cut')))).to.be.instanceOf(LinkLostError);
    expect(attempts).to.have.length(1);
  });
});
