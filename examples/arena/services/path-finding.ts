import { Service } from 'troupe';
import { findWay, type Point } from '../grid.js';

/** Finds ways around the lava. It belongs to nobody and remembers nothing: a service, on every silo, in a thread beside the one that runs the game. */
@Service({ concurrency: 2, turnLimit: '1s' })
export class PathFinding {
  /** The corners of a short way, the end included. Repeating it is harmless. */
  path(from: Point, to: Point): readonly Point[] {
    return findWay(from, to);
  }
}
