// A silo with a gateway, a call, a client and a test cluster; prints what came out, then serves until it is told to end.
import { CallTimeoutError, NotPublicError, TroupeError } from 'troupe';
import { connect, NotPublicError as NotPublicErrorOfClient, type ClientHandle } from 'troupe/client';
import { startSilo, type SiloOptions } from 'troupe/silo';
import { startTestCluster } from 'troupe/testing';
import { Steps, Walker } from './actors.js';
import { Spot, Walked } from './shared.js';

const options: SiloOptions = {
  modules: [Walker],
  log: 'warn',
  gateway: { port: 0, authenticate: 'anonymous', session: 'walker', page: new URL('./public/', import.meta.url) },
};

async function callActor(): Promise<unknown> {
  await using cluster = await startTestCluster({ modules: [Walker] });
  const walker = cluster.actor(Walker, 'w1');
  await cluster.client({ id: 'w1' });
  await walker.walk(new Spot(3, 4));
  await cluster.clock.advance('1h');
  const distance: number = (await walker.where()).distance();
  return { distance, restored: (await walker.where()) instanceof Spot, steps: await walker.getComponent(Steps).count() };
}

async function callThroughClient(address: string): Promise<unknown> {
  const client = await connect(address);
  const walker: ClientHandle<Walker> = client.self<Walker>();
  let hear: (spot: Spot) => void = () => {};
  const heard = new Promise<Spot>((resolve) => (hear = resolve));
  const stop = await walker.on(Walked, ({ to }) => hear(to));
  const distance = await walker.walk(new Spot(6, 8));
  const event = await heard;
  await stop();
  const refused: unknown = await walker.getComponent(Steps).take(1).catch((error: unknown) => error);
  await client.close();
  return {
    distance, event: event instanceof Spot,
    refused: refused instanceof NotPublicError && refused instanceof NotPublicErrorOfClient && refused instanceof TroupeError && !(refused instanceof CallTimeoutError),
  };
}

const silo = await startSilo(options);
const address = silo.gatewayAddress!;
console.log(`results ${JSON.stringify({ cluster: await callActor(), client: await callThroughClient(address) })}`);
console.log(`open ${address}`);
