// How many may be at the silo port before they have proven themselves.
import { expect } from 'chai';
import { introduce } from '../../transport/link-greeting.js';
import { LinkSecrets } from '../../transport/link-secrets.js';
import { SocketFrameNetwork } from '../../transport/socket-frame-network.js';
import { MAX_STRANGERS } from '../../transport/strangers.js';
import { Heard } from './heard.js';
import { RawStranger } from './raw-stranger.js';

const SECRET = 'a secret of the cluster';
/** No more than the system lets wait to be accepted. */
const AT_ONCE = 116;

/** The asking end of a link, over a connection that is open already. */
function prove(stranger: RawStranger, siloId: string): Promise<unknown> {
  const talk = { send: (message: Uint8Array) => stranger.send(Buffer.from(message)), next: () => stranger.next() };
  return introduce(talk, { peer: { siloId, incarnation: `${siloId}-1` }, cluster: 'main', secrets: new LinkSecrets([SECRET]) }, 'ws://b', 'b1');
}

describe('The port of links, crowded', () => {
  let port: SocketFrameNetwork;
  let accepted: Heard[];
  beforeEach(async () => {
    accepted = [];
    port = new SocketFrameNetwork({ siloId: 'b', incarnation: 'b1', cluster: 'main', secrets: [SECRET] });
    await port.listen((connection) => accepted.push(new Heard(connection)));
  });
  afterEach(() => port.close());

  it('lets in a hundred silos that all dial it before any has proven itself', async () => {
    const dialling = await Promise.all(Array.from({ length: 100 }, () => RawStranger.open(port.address)));
    await Promise.all(dialling.map((stranger, i) => prove(stranger, `a${i}`)));
    expect(new Set(accepted.map(({ connection }) => connection.peer.siloId))).to.have.property('size', 100);
    await Promise.all(dialling.map((stranger) => stranger.leave()));
  });

  it('throws out within seconds who says nothing, and lets a silo in while more of them come than may wait', async () => {
    const silent: RawStranger[] = [];
    while (silent.length < MAX_STRANGERS + 136) silent.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => RawStranger.reach(port.address)))));
    const upgraded = await Promise.all(Array.from({ length: 30 }, () => RawStranger.open(port.address)));
    await Promise.all(silent.slice(0, silent.length - MAX_STRANGERS + 24).map(({ closed }) => closed));
    expect(silent.filter(({ isClosed }) => !isClosed).length).to.be.at.most(MAX_STRANGERS);
    const honest = await RawStranger.open(port.address);
    await prove(honest, 'a');
    expect(accepted.map(({ connection }) => connection.peer.siloId)).to.deep.equal(['a']);
    await honest.leave();
    await Promise.all([...silent, ...upgraded].map(({ closed }) => closed));
  });
});
