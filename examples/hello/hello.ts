// The smallest troupe: one actor, one silo inside this process, three calls.   node dist/examples/hello/hello.js
import { Actor, State, type ActorContext } from 'troupe';
import { startSilo } from 'troupe/silo';

/** Greets people and remembers how many: one actor per key, activated by its first call. */
@Actor({ name: 'greeter' })
class Greeter {
  @State() guests = 0;

  constructor(private readonly ctx: ActorContext<Greeter>) {}

  greet(name: string): string {
    this.guests += 1;
    return `Hello ${name}, welcome to ${this.ctx.key}. You are guest number ${this.guests}.`;
  }
}

const silo = await startSilo({ modules: [Greeter] });
const paris = silo.actor(Greeter, 'Paris');
const oslo = silo.actor(Greeter, 'Oslo');

console.log(await paris.greet('Ada'));
console.log(await paris.greet('Grace'));
console.log(await oslo.greet('Linus'));

await silo.stop();
