// The actors of the tail chains, and what their silos tell the bench beside committed state: each run of a step, also of those that are killed.
import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Actor, ReadOnly, State, type ActorContext } from '../../sdk/index.js';
import { Replies } from '../../silo/messages/replies.js';

/** How many steps a chain has. */
export const STEPS = 10;
/** Names the file into which silos write each run of a step: `chain step pid`. */
export const RUNS_VARIABLE = 'TAIL_CHAINS_RUNS';
/** For longer than whoever is to be killed lives. */
const HELD_MS = 10_000;

/** A step begins. */
export interface StepReport {
  readonly chain: string;
  readonly step: number;
  readonly pid: number;
}

/** A reply has met the call that waits for it. */
export interface ReplyReport {
  readonly answered: string;
}

export interface Chain {
  readonly name: string;
  /** The actors of the steps. */
  readonly path: readonly string[];
  /** A step that stands still when it runs for the first time. */
  readonly held?: number;
}

/** What an actor has committed. */
export interface Walked {
  readonly steps: readonly number[];
  readonly sum: number;
}

@Actor({ name: 'tch-walker', idleAfter: 'never' })
export class Walker {
  @State() steps: number[] = [];
  @State() sum = 0;
  constructor(private readonly ctx: ActorContext<Walker>) {}

  @ReadOnly() where(): number {
    return process.pid;
  }
  /** The sum of all steps' numbers. */
  async walk(chain: Chain, step: number, total: number): Promise<number> {
    await begin(chain, step);
    this.take(step);
    return step === STEPS ? total + step : this.ctx.tailCall(this.ctx.actor(Walker, chain.path[step]!)).walk(chain, step + 1, total + step);
  }
  /** The same, on this actor alone. */
  async keep(chain: Chain, step: number, total: number): Promise<number> {
    await begin(chain, step);
    this.take(step);
    return step === STEPS ? total + step : this.ctx.tailCall(this.ctx.self, { keepTurn: true }).keep(chain, step + 1, total + step);
  }
  /** What must not come between. */
  disturb(): void {
    this.steps.push(0);
  }
  @ReadOnly({ strict: true }) walked(): Walked {
    return { steps: this.steps, sum: this.sum };
  }
  private take(step: number): void {
    this.steps.push(step);
    this.sum += step;
  }
}

async function begin({ name, held }: Chain, step: number): Promise<void> {
  const file = process.env[RUNS_VARIABLE]!;
  const isHeld = held === step && !readFileSync(file, 'utf8').includes(`${name} ${step} `);
  appendFileSync(file, `${name} ${step} ${process.pid}\n`);
  tell({ chain: name, step, pid: process.pid });
  if (isHeld) await delay(HELD_MS);
}

function tell(message: StepReport | ReplyReport): void {
  if (process.connected) process.send?.(message);
}

interface Arriving {
  readonly waiting: ReadonlyMap<string, unknown>;
  arrived(id: string, failed: boolean, payload: Uint8Array): void;
}

const replies = Replies.prototype as unknown as Arriving;
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
const { arrived } = replies;
replies.arrived = function (this: Arriving, id, failed, payload) {
  if (this.waiting.has(id)) tell({ answered: id });
  arrived.call(this, id, failed, payload);
};
