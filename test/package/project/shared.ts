// Shared by the silo and the page.
import { ActorEvent, Public, Serializable } from 'troupe';

@Serializable('spot')
export class Spot {
  constructor(public x = 0, public y = 0) {}

  distance(): number {
    return Math.hypot(this.x, this.y);
  }
}

@Public()
@ActorEvent('walked')
export class Walked {
  constructor(public readonly to: Spot) {}
}
