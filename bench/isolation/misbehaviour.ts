// One misdeed in one tier, and what everybody else sees of it.
import { fileURLToPath } from 'node:url';
import { ComponentCrashedError, type Handle } from '../../sdk/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { Alone, Crowd, Innocent, Shared } from './misbehaving.js';
import { MISDEEDS, type Misdeed, type MisdeedName } from './misdeeds.js';

export const TIERS = { worker: Shared, dedicated: Alone } as const;
export type Tier = keyof typeof TIERS;
const MODULE = fileURLToPath(new URL('./misbehaving.js', import.meta.url));

/** What was seen. `complaints` is empty when the misdeed was contained. */
export interface Outcome {
  readonly name: MisdeedName;
  readonly tier: Tier;
  /** From the call until its caller knew. */
  readonly faultMs: number;
  /** From then until the component answered again. */
  readonly recoveryMs: number;
  /** Calls of others meanwhile, all of which succeeded, and the longest one. */
  readonly calls: number;
  readonly longestMs: number;
  readonly complaints: readonly string[];
}

/** A silo of its own for the misdeed: what one leaves behind is nobody else's. */
export async function misbehave(name: MisdeedName, tier: Tier): Promise<Outcome> {
  await using silo = await startSilo({ modules: [MODULE], log: 'silent' });
  const complaints: string[] = [];
  const actor = silo.actor(Crowd, 'faulty');
  const component = actor.getComponent(TIERS[tier]);
  await Promise.all([component.add(1), actor.add(1), actor.getComponent(Innocent).add(1)]);
  const others = new Others(silo, actor, tier);
  await others.begin();
  const startedMs = performance.now();
  const ended = await settle(component.misbehave(name));
  const failedMs = performance.now();
  complaints.push(...complaintsOf(MISDEEDS[name], ended));
  const count = await settle(component.read());
  const backMs = performance.now();
  if (count !== 1) complaints.push(`its state is ${String(count)}, and 1 was committed`);
  const next = await settle(component.add(1));
  if (next !== 2) complaints.push(`the next change gave ${String(next)}, not 2`);
  complaints.push(...(await others.end()));
  return { name, tier, faultMs: failedMs - startedMs, recoveryMs: backMs - failedMs, calls: others.calls, longestMs: others.longestMs, complaints };
}

/** How long everybody else waits after each answer: enough that they do not compete with the thread that comes back. */
const PAUSE_MS = 5;

/** Everybody who has nothing to do with it: each calls again and again. */
class Others {
  calls = 0;
  longestMs = 0;
  private isOver = false;
  private readonly failures: string[] = [];
  private readonly strands: Promise<void>[] = [];
  private readonly all: Readonly<Record<string, () => Promise<number>>>;
  private readonly sums = new Map<string, number>();

  constructor(silo: Silo, actor: Handle<Crowd>, tier: Tier) {
    const other = silo.actor(Crowd, 'innocent');
    const sibling = actor.getComponent(Innocent);
    const across = tier === 'worker' ? other.getComponent(Alone) : other.getComponent(Shared);
    this.all = {
      'its actor': () => actor.add(1), 'its sibling': () => sibling.add(1), 'another actor': () => other.add(1),
      "another actor's component": () => other.getComponent(Innocent).add(1), 'the other tier': () => across.add(1),
      // A thread of the class is for all instances, one of the instance is not.
      ...(tier === 'dedicated' ? { "another actor's component of the class": () => other.getComponent(Alone).add(1) } : {}),
    };
  }

  async begin(): Promise<void> {
    for (const [name, call] of Object.entries(this.all)) this.sums.set(name, await call());
    for (const [name, call] of Object.entries(this.all)) this.strands.push(this.goOn(name, call));
  }

  /** What went wrong. */
  async end(): Promise<readonly string[]> {
    this.isOver = true;
    await Promise.all(this.strands);
    return this.failures;
  }

  private async goOn(name: string, call: () => Promise<number>): Promise<void> {
    while (!this.isOver) {
      const startedMs = performance.now();
      const sum = await settle(call());
      this.longestMs = Math.max(this.longestMs, performance.now() - startedMs);
      this.calls++;
      const expected = this.sums.get(name)! + 1;
      if (sum !== expected) {
        this.failures.push(`${name}: ${String(sum)} instead of ${expected}`);
        return;
      }
      this.sums.set(name, expected);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** The value, or the error as a value. */
function settle(call: Promise<unknown>): Promise<unknown> {
  return call.catch((error: unknown) => error);
}

function complaintsOf({ end, exitCode }: Misdeed, ended: unknown): readonly string[] {
  const isCrash = ended instanceof ComponentCrashedError;
  if (end === 'error') return ended instanceof Error && !isCrash ? [] : [`its caller got ${String(ended)}, not the component's error`];
  if (!isCrash) return [`its caller got ${String(ended)}, not ComponentCrashedError`];
  if (exitCode !== undefined && ended.exitCode !== exitCode) return [`the error names exit code ${String(ended.exitCode)}, not ${exitCode}`];
  return [];
}
