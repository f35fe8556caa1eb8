import { expect } from 'chai';
import { LocationCache } from '../../directory/location-cache.js';

const id = (key: string, type = 't') => ({ type, key });

describe('LocationCache', () => {
  it('knows what was seen last, for each type and key by itself', () => {
    const cache = new LocationCache();
    cache.set(id('a'), 's1');
    cache.set(id('a', 'u'), 's2');
    cache.set(id('a'), 's3');
    expect([cache.get(id('a')), cache.get(id('a', 'u')), cache.get(id('b'))]).to.deep.equal(['s3', 's2', undefined]);
  });

  it('drops by value: what was learned meanwhile stays', () => {
    const cache = new LocationCache();
    cache.set(id('a'), 's1');
    cache.drop(id('a'), 's0');
    expect(cache.get(id('a'))).to.equal('s1');
    cache.drop(id('a'), 's1');
    expect(cache.get(id('a'))).to.equal(undefined);
  });

  it('drops from both generations', () => {
    const cache = new LocationCache(4);
    cache.set(id('a'), 's1');
    cache.set(id('b'), 's1');
    cache.set(id('a'), 's2');
    cache.drop(id('a'), 's2');
    expect(cache.get(id('a'))).to.equal(undefined);
  });

  it('stays within its bound and keeps what is in use', () => {
    const cache = new LocationCache(100);
    cache.set(id('hot'), 's1');
    for (let i = 0; i < 10_000; i++) {
      cache.set(id(`k${i}`), 's2');
      expect(cache.get(id('hot'))).to.equal('s1');
    }
    const kept = Array.from({ length: 10_000 }, (_, i) => cache.get(id(`k${i}`))).filter((seen) => seen !== undefined);
    expect(kept.length).to.be.at.most(100);
  });
});
