import type { Member, SiloLoad } from '../../protocol/ports/membership.js';
import type { Incarnation } from '../../protocol/ports/state-store.js';
import type { Accusation, BeatAnswer, JoinAnswer, JoinRequest, MembersSeen, MembershipTable } from '../../state/membership-table.js';
import type { StoreLine } from './store-line.js';

/** The cluster's membership table, as one silo reaches it: beats over a line of their own, which does not resend. */
export class DistantMembershipTable implements MembershipTable {
  constructor(
    private readonly table: MembershipTable,
    private readonly line: StoreLine,
    private readonly beats: StoreLine,
    private readonly note: (event: string) => void,
  ) {}

  join(request: JoinRequest): Promise<JoinAnswer> {
    return this.line.send(async () => {
      const answer = await this.table.join(request);
      this.note(`join ${request.joiner.incarnation} ${answer.status}`);
      return answer;
    });
  }

  beat(incarnation: Incarnation, genesis: string, load?: SiloLoad): Promise<BeatAnswer> {
    return this.beats.send(async () => {
      const answer = await this.table.beat(incarnation, genesis, load);
      if (answer.status !== 'ok') this.note(`beat ${incarnation} ${answer.status}`);
      return answer;
    });
  }

  kill(accusation: Accusation): Promise<'dead' | 'alive' | 'voted'> {
    return this.line.send(async () => {
      const outcome = await this.table.kill(accusation);
      this.note(`accuse ${accusation.victim} at ${accusation.heartbeat} ${outcome}`);
      return outcome;
    });
  }

  leave(incarnation: Incarnation): Promise<void> {
    return this.line.send(() => {
      this.note(`leave ${incarnation}`);
      return this.table.leave(incarnation);
    });
  }

  look(): Promise<MembersSeen> {
    return this.line.send(() => this.table.look());
  }

  members(): Promise<readonly Member[]> {
    return this.line.send(() => this.table.members());
  }

  abandonBeat(): void {
    this.beats.break();
  }

  close(): void {}
}
