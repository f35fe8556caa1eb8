// What the silo and the page both know: limits, and the values and events that travel between them.
import { ActorEvent, Public } from 'troupe';

export const ROOMS = ['lobby', 'games', 'music'] as const;
export type RoomName = (typeof ROOMS)[number];

/** Longest name and text in characters, and how many lines a room remembers. */
export const LIMITS = { name: 24, text: 500, history: 50 } as const;

export interface Member {
  /** The chatter's key: the same in all tabs of one person. */
  readonly id: string;
  readonly name: string;
}

export interface Line {
  /** Counts up in a room. A line that is heard live and read from the history is the same when its number is. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Who said it, by the name of that time. */
  readonly by: Member;
  readonly text: string;
}

/** What a room shows to whoever comes in. */
export interface RoomView {
  readonly lines: readonly Line[];
  readonly members: readonly Member[];
}

/** A room: somebody said something. */
@Public()
@ActorEvent('said')
export class Said {
  constructor(readonly line: Line) {}
}

/** A room: who is in it now. */
@Public()
@ActorEvent('presence')
export class Presence {
  constructor(readonly members: readonly Member[]) {}
}

/** To all tabs of one chatter: it went to another room. */
@ActorEvent('moved')
export class Moved {
  constructor(readonly room: RoomName) {}
}
