// The attackers, in a process of their own, so that they share no loop with the good clients. Argument: the gateway's address, `short` or
// `long`. For each `{ attack, forMs }` of its parent it answers an `Aftermath`.
import { setPriority } from 'node:os';
import { RawWebSocket } from '../../test/gateway/raw-web-socket.js';
import { Tally, type Battlefield } from './attack.js';
import { attacks } from './attacks/index.js';

const [address = '', length = ''] = process.argv.slice(2);
const known = attacks(length === 'short');

/** What became of an attack. */
export interface Aftermath {
  /** For people. */
  readonly outcome: string;
  readonly outcomes: readonly string[];
}

// Attackers have machines of their own; on this one they take what the silo and the others leave.
setPriority(19);

async function run(name: string, forMs: number): Promise<Aftermath> {
  const tally = new Tally();
  const attack = known[name]!();
  const field: Battlefield = { address, untilMs: performance.now() + forMs, tally, open: (options) => RawWebSocket.open(address, { token: 'attacker', ...options }) };
  try {
    await attack(field);
    return { outcome: String(tally), outcomes: tally.outcomes };
  } catch (error) {
    return { outcome: `${String(tally)}; then: ${(error as Error).message}`, outcomes: [...tally.outcomes, 'THE ATTACK FAILED'] };
  }
}

process.on('message', (order: 'stop' | { readonly attack: string; readonly forMs: number }) => {
  if (order === 'stop') process.exit(0);
  void run(order.attack, order.forMs).then((aftermath) => process.send?.(aftermath));
});
process.on('disconnect', () => process.exit(1));
process.send?.('ready');
