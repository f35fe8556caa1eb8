// The attackers, in a process of their own, so that they share no loop with the good clients. Argument: `short` or `long`.
// For each `{ attack, address, forMs }` of its parent it answers an `Aftermath`; `address` is the gateway's.
import { setPriority } from 'node:os';
import { RawWebSocket } from '../../test/gateway/raw-web-socket.js';
import { Tally, type Battlefield } from './attack.js';
import { attacks } from './attacks/index.js';

const [length = ''] = process.argv.slice(2);
const known = attacks(length === 'short');

/** What became of an attack. */
export interface Aftermath {
  /** For people. */
  readonly outcome: string;
  readonly outcomes: readonly string[];
}

interface Order {
  readonly attack: string;
  readonly address: string;
  readonly forMs: number;
}

// Attackers have machines of their own; on this one they take what the silo and the others leave.
setPriority(19);

async function run({ attack: name, address, forMs }: Order): Promise<Aftermath> {
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

process.on('message', (order: 'stop' | Order) => {
  if (order === 'stop') process.exit(0);
  void run(order).then((aftermath) => process.send?.(aftermath));
});
process.on('disconnect', () => process.exit(1));
process.send?.('ready');
