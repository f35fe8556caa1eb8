import { Actor, ReadOnly, State, type ActorContext, type CallOptions, type Handle } from '../../../sdk/index.js';
import type { History, Reply, Voucher } from './history.js';
import { QUIET, type Program } from './program.js';

/** The run that the actors report to. One at a time. */
export const current: { history: History; pause(silo: string, ms: number): Promise<void> } = { history: undefined as never, pause: undefined as never };

export class PlannedFailure extends Error {}

@Actor({ name: 'subject', idleAfter: '3s' })
export class Subject {
  @State() writes: string[] = [];
  private silo = '';

  constructor(private readonly ctx: ActorContext<Subject>) {}

  /** The log of the simulation knows on which silo it is. */
  onActivate(): void {
    this.ctx.log.trace({ tell: (silo: string) => void (this.silo = silo) }, 'which silo');
  }

  async write(program: Program, label: string, path: readonly string[]): Promise<Reply> {
    return this.perform(program, label, path, () => this.writes.push(label));
  }

  @ReadOnly() async read(program: Program, label: string, path: readonly string[]): Promise<Reply> {
    return this.perform(program, label, path);
  }

  @ReadOnly({ strict: true }) async strict(program: Program, label: string, path: readonly string[]): Promise<Reply> {
    return this.perform(program, label, path);
  }

  private async perform(program: Program, label: string, path: readonly string[], change?: () => void): Promise<Reply> {
    const { history } = current;
    history.begin(program, label, path);
    try {
      change?.();
      const vouched: Voucher[] = change ? [{ actor: program.actor, label }] : [];
      if (program.pauseMs > 0) await current.pause(this.silo, program.pauseMs);
      for (const nested of program.calls) vouched.push(...(await this.call(program, nested, label, [...path, program.actor])));
      if (program.fails) throw new PlannedFailure(label);
      // A kept result outlives its chain: it cannot stand for units of outer turns, which may yet fail.
      const lasting = program.isKeyed ? vouched.filter(({ actor }) => !path.includes(actor)) : vouched;
      return { actor: program.actor, length: this.writes.length, last: this.writes.at(-1), vouched: lasting };
    } catch (error) {
      history.threw(label);
      throw error;
    } finally {
      history.ended(label);
    }
  }

  private async call(program: Program, nested: Program, label: string, path: readonly string[]): Promise<readonly Voucher[]> {
    try {
      const reply = await perform(this.ctx.actor(Subject, nested.actor), nested, labelOf(nested, label), path, {});
      current.history.hear(reply, path);
      return reply.vouched;
    } catch (error) {
      if (!program.catches) throw error;
      return [];
    }
  }
}

/** Stays awake though nobody asks it. */
@Actor({ name: 'wakeful', idleAfter: '1h' })
export class Wakeful extends Subject {}

/** The class of the actor with this key. */
export function classOf(actor: string): typeof Subject {
  return (QUIET as readonly string[]).includes(actor) ? Wakeful : Subject;
}

let runs = 0;

/** Of a call made by the turn with this label; one without key is another one each time that its caller runs. */
function labelOf({ id, isKeyed }: Program, caller: string): string {
  return isKeyed ? id : `${caller}/${id}.${++runs}`;
}

/** Makes the call of a program. A key makes its arguments the same whoever calls. */
export function perform(actor: Handle<Subject>, program: Program, label: string, path: readonly string[], options: CallOptions): Promise<Reply> {
  const handle = program.isKeyed ? actor.with({ ...options, idempotencyKey: program.id }) : actor.with(options);
  return handle[program.does](program, label, path);
}
