// What a silo's process tells the supervisor that started it, by the channel between them.

/** It runs, or it did not start for a reason that people must see to. */
export type SiloReport =
  | { readonly kind: 'running'; readonly siloId: string; /** `http://host:port`, as this machine opens it. */ readonly gateway?: string | undefined }
  | { readonly kind: 'refused'; /** One line for people. */ readonly line: string };

/** Set for the processes that a supervisor starts. */
export const SUPERVISED = 'TROUPE_SUPERVISED';

/** Somebody watches this process: it tells them and not the terminal how it fares, and ends when they are gone. */
export function isSupervised(): boolean {
  return process.env[SUPERVISED] === '1' && process.send !== undefined;
}

/** Resolves when the supervisor has it, or is gone. */
export function reportToSupervisor(report: SiloReport): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || !process.send) return resolve();
    process.send(report, undefined, undefined, () => resolve());
  });
}

/** A message of the channel is whatever the process has sent. */
export function isSiloReport(message: unknown): message is SiloReport {
  const { kind } = (typeof message === 'object' && message !== null ? message : {}) as { readonly kind?: unknown };
  return kind === 'running' || kind === 'refused';
}
