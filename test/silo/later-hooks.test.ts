import { expect } from 'chai';
import { actorMetadata } from '../../decorators/index.js';
import { Actor, Component } from '../../sdk/index.js';
import { hooksOfLaterVersions } from '../../silo/later-hooks.js';

@Component({ name: 'later-bag', isolation: 'inline' })
class Bag {
  onDehydrate(): unknown {
    return undefined;
  }
  onRehydrate(): void {}
}

class Movable {
  canMove(): boolean {
    return false;
  }
}

@Actor({ name: 'later-player', components: [Bag] })
class Player extends Movable {
  onActivate(): void {}
  onDrain(): void {}
}

@Actor({ name: 'later-other', components: [Bag] })
class Other {
  onDeactivate(): void {}
}

describe('hooksOfLaterVersions', () => {
  it('names hooks of actors and components that this version never calls, each once', () => {
    const types = [Player, Other].map((Class) => actorMetadata(Class)!);
    expect(hooksOfLaterVersions(types)).to.have.members(['Player.canMove', 'Player.onDrain', 'Bag.onDehydrate', 'Bag.onRehydrate']);
  });
});
