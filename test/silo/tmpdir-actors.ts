// A silo of its own that an actor's temporary files are left behind by. Run as a program it says where they are, and waits to be killed.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Actor, Component, ReadOnly, type ActorContext, type ComponentContext } from '../../sdk/index.js';
import { startSilo } from '../../silo/index.js';

@Component({ name: 'pouch', isolation: 'inline' })
export class Pouch {
  constructor(private readonly ctx: ComponentContext<Pouch>) {}
  @ReadOnly() where(): string {
    return this.ctx.tmpdir;
  }
}

@Actor({ name: 'packer', components: [Pouch] })
export class Packer {
  constructor(private readonly ctx: ActorContext<Packer>) {}
  pack(name: string): string {
    const folder = this.ctx.tmpdir;
    writeFileSync(join(folder, name), 'x');
    return folder;
  }
  fail(): never {
    throw new Error('on purpose');
  }
}

if (process.argv.includes('--run')) {
  const silo = await startSilo({ modules: [Packer], log: 'silent' });
  process.stdout.write(`packed ${await silo.actor(Packer, 'p1').pack('left')}\n`);
  // A silo alone keeps no process alive.
  setInterval(() => undefined, 60_000);
}
