// The page: connects, sends the keys, draws what the arena shows. All rules are on the silo; here is nothing that could cheat.
import { connect, type Client, type ClientHandle, type ClientState } from 'troupe/client';
import type { Arena } from './actors/arena.js';
import type { Player } from './actors/player.js';
import type { Scoreboard } from './actors/scoreboard.js';
import type { Health } from './components/health.js';
import type { Movement } from './components/movement.js';
import type { Fighter } from './actors/fighter.js';
import { CrashTest } from './page/crash-test.js';
import { Feed } from './page/feed.js';
import { HealthWatch, type HealthState } from './page/health-watch.js';
import { Hud } from './page/hud.js';
import { Keyboard } from './page/keyboard.js';
import { nameOf } from './page/names.js';
import { Painter } from './page/painter.js';
import { Parts } from './page/parts.js';
import { Timeline, type Scene } from './page/timeline.js';
import { Died, Fell, Snapshot } from './shared.js';

/** For tests and the curious: `arena.state()` in the browser's console. */
export interface ArenaHooks {
  readonly client: Client;
  /** Own id among the fighters: `player/…`. */
  readonly me: string;
  readonly latencyMs: number | undefined;
  /** How many have died in this arena. */
  readonly deaths: number;
  /** The newest snapshot. */
  state(): Scene | undefined;
}

declare global {
  interface Window {
    arena?: ArenaHooks;
  }
}

/** Without a snapshot for so long, the arena is not there: its silo has died, and another one is about to run it. */
const SILENCE_MS = 1500;
const HEALTH_EVERY_MS = 250;

const MESSAGES: Readonly<Record<ClientState, string | undefined>> = {
  connecting: 'connecting…', connected: undefined, reconnecting: 'reconnecting…', closed: 'disconnected; reload the page to come back',
};

class Game {
  private readonly hud = new Hud();
  private readonly feed = new Feed();
  private readonly timeline = new Timeline();
  private readonly painter = new Painter(document.getElementById('world') as HTMLCanvasElement);
  private readonly player: ClientHandle<Player>;
  private readonly movement: ClientHandle<Movement>;
  private readonly arena: ClientHandle<Arena>;
  private readonly scoreboard: ClientHandle<Scoreboard>;
  private readonly keyboard: Keyboard;
  private readonly crashTest: CrashTest;
  private readonly parts: Parts;
  private readonly healthWatch: HealthWatch;
  private partNames: readonly string[] = [];
  readonly me: string;
  latencyMs: number | undefined;
  private heardAtMs = performance.now();
  /** Nobody may know which keys are down. */
  private isUnheard = false;

  constructor(readonly client: Client) {
    this.player = client.self<Player>();
    this.movement = this.player.getComponent<Movement>('Movement');
    this.arena = client.actor<Arena>('arena', 'main');
    this.scoreboard = client.actor<Scoreboard>('scoreboard', 'main');
    this.me = String(this.player);
    this.crashTest = new CrashTest(this.player);
    this.parts = new Parts((how) => this.crashTest.run(how, this.neighbor()));
    this.healthWatch = new HealthWatch((id) => this.fighter(id).getComponent<Health>('Health').with({ timeout: '5s' }).level());
    this.keyboard = new Keyboard({
      onHeading: () => this.steer(),
      onStrike: () => this.try(this.player.strike()),
      onMedkit: () => this.try(this.player.useMedkit()),
    });
  }

  async start(): Promise<void> {
    this.client.on('state', (state) => this.onState(state));
    await this.arena.on(Snapshot, (snapshot) => this.onSnapshot(snapshot));
    await this.player.on(Died, ({ by }) => this.hud.notice(by === 'lava' ? 'The lava got you. Back in 3 seconds.' : `${nameOf(by)} got you. Back in 3 seconds.`), { onGap: () => this.steer() });
    // What is missed between two lives of the scoreboard is read.
    await this.scoreboard.on(Fell, (fell) => this.feed.add(fell), { onGap: () => this.readFeed() });
    this.readFeed();
    this.lookAfter();
    setInterval(() => this.lookAtHealth(), HEALTH_EVERY_MS);
    requestAnimationFrame(this.draw);
  }

  get deaths(): number {
    return this.feed.deaths;
  }

  private readFeed(): void {
    this.try(this.scoreboard.last().then((last) => this.feed.add(...last)));
  }

  /** The newest snapshot. */
  state(): Scene | undefined {
    return this.timeline.latest();
  }

  private onSnapshot(snapshot: Snapshot): void {
    this.heardAtMs = performance.now();
    this.timeline.add(snapshot, this.heardAtMs);
    // Fighters have said to the arena where they are; where the arena is, its snapshots tell by coming from there.
    const scene = this.timeline.latest()!;
    this.hud.show(scene, this.me, this.client.lastSilo(this.arena), (fighter) => this.healthWatch.of(fighter, scene));
  }

  private onState(state: ClientState): void {
    this.heardAtMs = performance.now();
    if (state !== 'connected') return;
    // The silo may be another one: its clock is, and it does not know which keys are down.
    this.timeline.clear();
    this.steer();
  }

  private steer(): void {
    this.isUnheard = false;
    this.try(this.movement.steer(this.keyboard.heading).catch((error: unknown) => {
      this.isUnheard = true;
      throw error;
    }));
  }

  private readonly draw = (nowMs: number): void => {
    const isSilent = performance.now() - this.heardAtMs > SILENCE_MS;
    this.hud.cover(MESSAGES[this.client.state] ?? (isSilent ? 'the arena moves to another silo…' : undefined));
    this.painter.draw(this.timeline.sceneAt(performance.now()), this.me, nowMs);
    requestAnimationFrame(this.draw);
  };

  /** Measures the way there and back, and says again which keys are down: whoever had heard it may have died with its silo. */
  private lookAfter(): void {
    const start = performance.now();
    const next = (): unknown => setTimeout(() => this.lookAfter(), 1000);
    const { x, y } = this.keyboard.heading;
    if (this.isUnheard || x !== 0 || y !== 0) this.steer();
    const show = (): void => this.hud.showLatency((this.latencyMs = performance.now() - start));
    const player = this.player.with({ timeout: '5s' });
    const ask = async (): Promise<void> => {
      await player.ping();
      show();
      this.partNames = (await player.parts()).flatMap((name) => name ?? []);
      this.showHealth();
      this.hud.showBurning((await player.burning()).length);
    };
    ask().then(next, next);
  }

  private lookAtHealth(): void {
    const scene = this.state();
    if (scene) this.healthWatch.look(scene, this.me);
    this.showHealth();
  }

  private showHealth(): void {
    const scene = this.state();
    const own = scene?.fighters.find(({ id }) => id === this.me);
    const health: HealthState = own ? this.healthWatch.of(own, scene!) : { kind: 'running' };
    this.parts.show(this.partNames, health);
    this.hud.showHealth(health);
  }

  /** Another fighter on the own actor's silo: its health is in the same thread. */
  private neighbor(): ClientHandle<Fighter> | undefined {
    const fighters = this.state()?.fighters ?? [];
    const own = fighters.find(({ id }) => id === this.me);
    const found = fighters.find(({ id, silo }) => id !== this.me && silo !== -1 && silo === own?.silo);
    return found && this.fighter(found.id);
  }

  private fighter(id: string): ClientHandle<Fighter> {
    const [type, key] = id.split('/') as [string, string];
    return this.client.actor<Fighter>(type, key);
  }

  /** What a key did may get lost with the connection; the overlay says so already. */
  private try(call: Promise<unknown>): void {
    call.catch((error: unknown) => console.debug(error));
  }
}

const client = await connect({ connectTimeout: '1h' });
const game = new Game(client);
window.arena = game;
// Says goodbye, so that the others do not wait for somebody who is gone; a page that comes back out of the browser's cache starts anew.
window.addEventListener('pagehide', () => void client.close());
window.addEventListener('pageshow', (event) => event.persisted && location.reload());
await game.start();
