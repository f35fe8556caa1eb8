import type { ChildProcess } from 'node:child_process';

/**
 * `child.kill(name)` for a child that may not have started; false when there was nobody to signal. Node's own signals whatever number is in the
 * memory where a child's process id would stand, once its start has failed: all processes of our group (0), or a stranger.
 */
export function signalChild(child: ChildProcess, name: NodeJS.Signals): boolean {
  return child.pid !== undefined && child.kill(name);
}
