import type { Host, Hosted, HostSpec } from './host.js';
import type { ModulesOf, WorkerHost } from './worker-host.js';

/** Runs every entity where its class wants to: in a thread if one can load the class, else inline. */
export class IsolatingHost implements Host {
  constructor(private readonly inline: Host, private readonly workers: WorkerHost, private readonly modulesOf: ModulesOf) {}

  create(spec: HostSpec): Promise<Hosted> | Hosted {
    const isApart = spec.metadata.isolation !== 'inline' && this.modulesOf(spec.metadata) !== undefined;
    return (isApart ? this.workers : this.inline).create(spec);
  }

  async stop(): Promise<void> {
    await this.workers.stop();
    await this.inline.stop();
  }
}
