import type { SiloLoad } from '../../../protocol/ports/membership.js';
import { MemoryMembershipTable } from '../../../state/memory-membership-table.js';
import type { Accusation, BeatAnswer, JoinAnswer, JoinRequest } from '../../../state/membership-table.js';
import type { Clock } from '../../../protocol/ports/index.js';
import type { History } from './history.js';

/** The membership table of one run. P4: who is dead stays dead. */
export class LedgerTable extends MemoryMembershipTable {
  private readonly up = new Set<string>();
  private readonly dead = new Set<string>();

  constructor(clock: Clock, private readonly history: History) {
    super(clock);
  }

  readonly isUp = (incarnation: string): boolean => this.up.has(incarnation) && !this.dead.has(incarnation);

  get deaths(): number {
    return this.dead.size;
  }

  override async join(request: JoinRequest): Promise<JoinAnswer> {
    const answer = await super.join(request);
    if (answer.status === 'joined') this.lives(request.joiner.incarnation, 'joined');
    return answer;
  }

  override async beat(incarnation: string, genesis: string, load?: SiloLoad): Promise<BeatAnswer> {
    const wasDead = this.dead.has(incarnation);
    const answer = await this.answer(incarnation, genesis, load);
    if (wasDead && answer.status === 'ok') this.lives(incarnation, 'beat');
    return answer;
  }

  override async kill(accusation: Accusation): Promise<'dead' | 'alive' | 'voted'> {
    const outcome = super.kill(accusation);
    if ((await outcome) === 'dead') this.dead.add(accusation.victim);
    return outcome;
  }

  override leave(incarnation: string): Promise<void> {
    this.dead.add(incarnation);
    return super.leave(incarnation);
  }

  /** What a mutant breaks. */
  protected answer(incarnation: string, genesis: string, load?: SiloLoad): Promise<BeatAnswer> {
    return super.beat(incarnation, genesis, load);
  }

  private lives(incarnation: string, how: string): void {
    if (this.dead.has(incarnation)) this.history.complain(`${incarnation} ${how} after its death (P4)`);
    this.up.add(incarnation);
  }
}
