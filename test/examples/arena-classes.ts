import { Arena } from '../../examples/arena/actors/arena.js';
import { Bot } from '../../examples/arena/actors/bot.js';
import { Player } from '../../examples/arena/actors/player.js';
import { Scoreboard } from '../../examples/arena/actors/scoreboard.js';
import { Burning } from '../../examples/arena/components/burning.js';
import { PathFinding } from '../../examples/arena/services/path-finding.js';

/** What the arena's silo has. Given as classes they run inline, on the clock of the test. */
export const arenaClasses = [Arena, Bot, Player, Scoreboard, Burning, PathFinding];
