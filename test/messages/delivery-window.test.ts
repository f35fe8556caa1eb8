// How many deliveries begin at once.
import { expect } from 'chai';
import { DeliveryWindow } from '../../silo/messages/delivery-window.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';

const WIDTH = 256;

/** Works that end when they are told to. */
class Works {
  readonly clock = new VirtualClock();
  readonly window = new DeliveryWindow(this.clock);
  readonly begun: number[] = [];
  private readonly ends: ((error?: Error) => void)[] = [];

  add(count: number): readonly Promise<number>[] {
    return Array.from({ length: count }, () => {
      const name = this.added++;
      return this.window.pass(() => {
        this.begun.push(name);
        return new Promise<number>((resolve, reject) => (this.ends[name] = (error) => (error ? reject(error) : resolve(name))));
      });
    });
  }
  private added = 0;

  end(name: number, error?: Error): void {
    this.ends[name]!(error);
  }

  settled(): Promise<void> {
    return this.clock.advance(1);
  }
}

describe('deliveries that begin', () => {
  it('are so many at once, the others in their order as those end, well or badly', async () => {
    const works = new Works();
    const all = works.add(WIDTH + 3);
    await works.settled();
    expect(works.begun).to.have.lengthOf(WIDTH);
    works.end(5);
    works.end(7, new Error('out of reach'));
    const failed = await all[7]!.catch((error: Error) => error.message);
    await works.settled();
    expect([failed, ...works.begun.slice(WIDTH)]).to.deep.equal(['out of reach', WIDTH, WIDTH + 1]);
    expect(await all[5]).to.equal(5);
  });

  it('wait for nobody who takes long, and who ends late lets nobody in twice', async () => {
    const works = new Works();
    void works.add(3 * WIDTH);
    await works.clock.advance('90ms');
    expect(works.begun).to.have.lengthOf(WIDTH);
    await works.clock.advance('15ms');
    expect(works.begun).to.have.lengthOf(2 * WIDTH);
    for (let name = 0; name < WIDTH; name++) works.end(name);
    await works.settled();
    expect(works.begun).to.have.lengthOf(2 * WIDTH);
    await works.clock.advance('100ms');
    expect(works.begun).to.have.lengthOf(3 * WIDTH);
  });

  it('wait no more when the silo stops', async () => {
    const works = new Works();
    void works.add(3 * WIDTH);
    works.window.open();
    await works.settled();
    expect(works.begun).to.have.lengthOf(3 * WIDTH);
    void works.add(1);
    await works.settled();
    expect(works.begun).to.have.lengthOf(3 * WIDTH + 1);
  });
});
