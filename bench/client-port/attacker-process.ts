// The attackers, in a process of their own, so that they share no loop with the good clients. Argument: the gateway's address, `short` or
// `long`. For each `{ attack, forMs }` of its parent it answers `{ outcome }`.
import { RawWebSocket } from '../../test/gateway/raw-web-socket.js';
import { Tally, type Battlefield } from './attack.js';
import { attacks } from './attacks/index.js';

const [address = '', length = ''] = process.argv.slice(2);
const known = attacks(length === 'short');

async function run(name: string, forMs: number): Promise<string> {
  const tally = new Tally();
  const attack = known[name]!();
  const field: Battlefield = { address, untilMs: performance.now() + forMs, tally, open: (options) => RawWebSocket.open(address, { token: 'attacker', ...options }) };
  try {
    await attack(field);
    return String(tally);
  } catch (error) {
    return `${String(tally)}; then: ${(error as Error).message}`;
  }
}

process.on('message', (order: 'stop' | { readonly attack: string; readonly forMs: number }) => {
  if (order === 'stop') process.exit(0);
  void run(order.attack, order.forMs).then((outcome) => process.send?.({ outcome }));
});
process.on('disconnect', () => process.exit(1));
process.send?.('ready');
