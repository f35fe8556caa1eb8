/** Where an entity is active. */
export interface ActivationInfo {
  /** The silo's id. */
  readonly silo: string;
  /** Rises with every activation of the actor. */
  readonly epoch: number;
  /** Milliseconds since 1970. */
  readonly since: number;
}

export interface AddComponentOptions {
  /** Tags beside those of the class. */
  readonly tags?: readonly string[];
  /** Values for the component; copied and kept with it. */
  readonly args?: readonly unknown[];
}
