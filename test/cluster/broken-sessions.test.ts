import { expect } from 'chai';
import { failure, gate } from '../support/memory-silo.js';
import { Host, hostCluster, scene } from './host.js';

describe('clients of session actors on other silos, when the moment is bad', () => {
  beforeEach(() => scene.reset());

  it('meet the next activation when the first ends before its answer is here', async () => {
    const c = await hostCluster(2);
    c.choose = () => 's1';
    scene.endsAtHello = 3;
    const client = await c.silos[0]!.join('ann');
    await c.phase('four have met it', () => scene.log.length === 8);
    await c.clock.advance('5s');
    expect(scene.log).to.deep.equal(Array.from({ length: 4 }, () => ['awake', 'hello']).flat());
    expect(await c.until(c.silos[0]!.actor(Host, 'ann').who())).to.deep.equal([client.id]);
    await c.stop();
  });

  it('hear hello before goodbye when they leave while they are greeted', async () => {
    const c = await hostCluster(2);
    c.choose = () => 's1';
    scene.hold = gate();
    const { client, started } = c.silos[0]!.knock('ann');
    const refused = failure(started);
    await c.until(scene.entered.opened);
    await client.close();
    await refused;
    await c.clock.advance(100);
    scene.hold.open();
    await c.phase('it hears of the end', () => scene.log.length === 3);
    expect(scene.log).to.deep.equal(['awake', 'hello', 'bye left']);
    expect(await c.silos[1]!.actor(Host, 'ann').who()).to.deep.equal([]);
    await c.stop();
  });

  it('hear goodbye after hello when the gateway gives a slow greeting up just when the silo that greets dies', async () => {
    const c = await hostCluster(3);
    c.choose = () => 's1';
    scene.hold = gate();
    const { client, started } = c.silos[0]!.knock('ann');
    const refused = failure(started);
    await c.until(scene.entered.opened);
    await c.clock.advance(9950);
    c.choose = () => 's2';
    c.kill(c.silos[1]!);
    await c.clock.advance(60);
    await client.close();
    await refused;
    scene.hold.open();
    await c.phase('its successor hears of the end', () => scene.log.includes('bye lost'));
    expect(scene.log).to.deep.equal(['awake', 'hello', 'awake', 'hello', 'bye lost']);
    expect(await c.until(c.silos[2]!.actor(Host, 'ann').who())).to.deep.equal([]);
    await c.stop();
  });

  it('are met once though the link breaks while they are greeted', async () => {
    const c = await hostCluster(2);
    c.choose = () => 's1';
    scene.hold = gate();
    const { client, started } = c.silos[0]!.knock('ann');
    await c.until(scene.entered.opened);
    c.wire.drop('s0', 's1');
    await c.clock.advance('1s');
    scene.hold.open();
    await c.until(started);
    expect(scene.log).to.deep.equal(['awake', 'hello']);
    expect(await c.silos[1]!.actor(Host, 'ann').who()).to.deep.equal([client.id]);
    await c.stop();
  });

  it('are taken leave of once though the link breaks meanwhile', async () => {
    const c = await hostCluster(2);
    c.choose = () => 's1';
    const client = await c.silos[0]!.join('ann');
    scene.holdBye = gate();
    await client.close();
    await c.until(scene.leaving.opened);
    c.wire.drop('s0', 's1');
    await c.clock.advance('1s');
    scene.holdBye.open();
    await c.until(c.silos[0]!.gateway.stop());
    expect(scene.log).to.deep.equal(['awake', 'hello', 'bye left']);
    await c.stop();
  });

  it('hear of an end that the link lost when it comes again', async () => {
    const c = await hostCluster(2);
    c.choose = () => 's1';
    const client = await c.silos[0]!.join('ann');
    c.wire.cut('s0', 's1');
    await c.until(c.silos[1]!.actor(Host, 'ann').manage.deactivate());
    await c.clock.advance('3s');
    expect(scene.log).to.deep.equal(['awake', 'hello']);
    c.wire.heal();
    await c.phase('the next activation has met it', () => scene.log.length === 4);
    expect(await c.until(c.silos[1]!.actor(Host, 'ann').who())).to.deep.equal([client.id]);
    await c.stop();
  });
});
