import { connect, type ClientState } from 'troupe/client';
import type { Walker } from './actors.js';
import { Spot, Walked } from './shared.js';

async function play(): Promise<string> {
  const client = await connect();
  const states: ClientState[] = [];
  client.on('state', (state) => states.push(state));
  const me = client.self<Walker>();
  const heard = new Promise<Spot>((resolve) => void me.on(Walked, ({ to }) => resolve(to)).then(() => me.walk(new Spot(5, 12))));
  const event = await heard;
  const { greeted } = await me.listenersHeard();
  await client.close();
  return `${event instanceof Spot} ${event.distance()} ${greeted === client.identity.id} ${states.join()}`;
}

play().then((text) => (document.title = text), (error: unknown) => (document.title = String(error)));
