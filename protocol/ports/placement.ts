/** What a placement policy is asked. */
export interface PlacementRequest {
  /** The actor's type and key. */
  readonly type: string;
  readonly key: string;
  /** The silo that the call comes from. */
  readonly caller?: string | undefined;
  /** The labels of that silo. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** How much of a silo an actor of this type takes; 1 unless its class says otherwise. */
  readonly weight: number;
  /** The version the actor's class has on the calling silo. */
  readonly version?: string | undefined;
  /** What the class gives its policy beside the name. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A silo as the others know it: at most a few seconds old. */
export interface SiloSnapshot {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Share of one core that its process used lately, 0 to 1 (and more with threads). */
  readonly cpu: number;
  /** Share of its memory limit that it uses, 0 to 1. */
  readonly memory: number;
  /** Active actors. */
  readonly activations: number;
  /** How many it takes; `undefined`: no limit. */
  readonly capacity?: number | undefined;
  /** The versions of the actor types that it hosts; its services are there as `service:<name>`. */
  readonly versions: Readonly<Record<string, string>>;
  /** It is the silo that asks. */
  readonly isLocal: boolean;
}

/** Chooses a silo for an actor that is nowhere. */
export interface PlacementPolicy {
  readonly name: string;
  /** A candidate's id, or `undefined` to leave it to the next policy. */
  choose(request: PlacementRequest, candidates: readonly SiloSnapshot[]): string | undefined | Promise<string | undefined>;
}
