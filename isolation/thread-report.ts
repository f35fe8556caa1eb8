/** One thread, for those who look after it. */
export interface ThreadReport {
  readonly component: string;
  /** `waiting`: it died and will be back in a moment, or its files are being exchanged. `degraded`: it died too often; turns fail until its cool-down ends. */
  readonly state: 'starting' | 'running' | 'waiting' | 'degraded' | 'stopped';
  readonly instances: number;
  /** Turns that it was given and has not ended. */
  readonly turns: number;
  readonly crashes: number;
  readonly lastError: string | undefined;
}

/** `isReady`: of its present life, if it has one. */
export function stateOf(isStopped: boolean, isDegraded: boolean, isReady: boolean | undefined): ThreadReport['state'] {
  if (isStopped) return 'stopped';
  if (isDegraded) return 'degraded';
  if (isReady === undefined) return 'waiting';
  return isReady ? 'running' : 'starting';
}
