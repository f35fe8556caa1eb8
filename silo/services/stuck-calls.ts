// Circles that go through services. A call in a service's line waits for one of many: any turn that has a permit may let it go on. In a mailbox
// it waits for every chain that is in its way. A call is stuck when it belongs to a set of calls that only calls of the set could let go on;
// the greatest such set is found by taking away, again and again, those that something else can let go on.
import type { CallerTurn } from '../../protocol/envelope.js';
import type { CallQueue } from '../turns/call-queue.js';
import type { PendingCall } from '../turns/pending-call.js';
import type { Turn } from '../turns/turn.js';

/** More calls than that are not looked at: what hangs by so many is left to the deadlines. */
const MAX_CALLS = 1000;

/** A queue in which each call waits for any one turn of these; `undefined`: for who knows what. */
export interface AnyQueue extends CallQueue {
  readonly holders: Iterable<Turn> | undefined;
}

/** What stands between a call and its turn: for each obstacle, the queued calls that it waits for itself. */
interface Obstacles {
  readonly waits: readonly (readonly PendingCall[])[];
  /** One that can go on is enough. */
  readonly any: boolean;
}

/** Nothing that happens on this silo will let the queued call go on. What waits for other silos may go on at any time. */
export function isStuck(call: PendingCall): boolean {
  const found = new Map<PendingCall, Obstacles>();
  const open = [call];
  // The list grows while it is walked.
  for (const each of open) {
    if (found.has(each)) continue;
    if (found.size >= MAX_CALLS) return false;
    const obstacles = obstaclesOf(each);
    found.set(each, obstacles);
    for (const waits of obstacles.waits) open.push(...waits);
  }
  const stuck = new Map(found);
  for (let size = Infinity; stuck.size < size;) {
    size = stuck.size;
    for (const [each, obstacles] of stuck) if (!holdsUp(obstacles, stuck)) stuck.delete(each);
  }
  return stuck.has(call);
}

function holdsUp({ waits, any }: Obstacles, stuck: ReadonlyMap<PendingCall, unknown>): boolean {
  const isHeld = (calls: readonly PendingCall[]): boolean => calls.some((call) => stuck.has(call));
  return any ? waits.length > 0 && waits.every(isHeld) : waits.some(isHeld);
}

function obstaclesOf(call: PendingCall): Obstacles {
  const { mailbox } = call;
  if (mailbox && isAnyQueue(mailbox)) return { any: true, waits: [...(mailbox.holders ?? [])].map(waitsOfTurn) };
  // Its own chain is in nobody's way who belongs to it, but under `none`: that is for the mailboxes to say.
  const others = (mailbox?.waitsFor(call) ?? []).filter((chain) => !call.chain.isWithin(chain));
  return { any: false, waits: others.map(({ waiting }) => (waiting ? [...waiting] : [])) };
}

function isAnyQueue(queue: CallQueue): queue is AnyQueue {
  return 'holders' in queue;
}

/** The queued calls that the turn waits for: its chain may have others that it does not know of. */
function waitsOfTurn(turn: Turn): readonly PendingCall[] {
  return [...(turn.chain.waiting ?? [])].filter(({ envelope }) => isWithin(turn, envelope.caller));
}

function isWithin(turn: Turn, caller: CallerTurn | undefined): boolean {
  for (let each = caller; each; each = each.caller) if (each === turn) return true;
  return false;
}
