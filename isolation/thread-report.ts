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
