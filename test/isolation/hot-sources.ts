// What the modules of these tests are: an actor with a component in a thread, and gates that turns wait for. Compiled when they are written.
/** What the components of these tests can be asked. */
export interface Engine {
  version(): Promise<number>;
  add(by: number): Promise<number>;
  now(): Promise<number>;
  hold(gate: string): Promise<number>;
  onlyOld(): Promise<string>;
  onlyNew(): Promise<string>;
  woken(): Promise<number>;
  exit(): Promise<void>;
}
/** Its actor. */
export interface Car {
  version(): Promise<number>;
  addTwice(by: number, fails: boolean): Promise<number>;
}

/** Source of a component in a thread. */
export const engine = (version: number, more = '') => `
  import { Component, ReadOnly, State } from 'troupe';
  @Component({ name: 'engine' })
  export class Engine {
    @State() speed = 0;
    wakings = 0;
    constructor(ctx) { this.ctx = ctx; }
    onActivate() { this.wakings++; }
    @ReadOnly() version() { return ${version}; }
    add(by) { return (this.speed += by); }
    @ReadOnly() now() { return this.speed; }
    @ReadOnly() woken() { return this.wakings; }
    async hold(gate) { this.speed += 1; await this.ctx.actor('gate', gate).wait(); return ${version}; }
    exit() { process.exit(1); }
    ${more}
  }`;
/** Source of its actor. */
export const car = (version: number) => `
  import { Actor, State } from 'troupe';
  import { Engine } from './engine.js';
  @Actor({ name: 'car', components: [Engine] })
  export class Car {
    @State() total = 0;
    constructor(ctx) { this.ctx = ctx; }
    version() { return ${version}; }
    async addTwice(by, fails) {
      await this.ctx.get(Engine).add(by);
      this.total += by;
      if (fails) throw new Error('it fails');
      return this.ctx.get(Engine).add(by);
    }
  }`;
/** Source of another component, with something in memory only. */
export const radio = (version: number) => `
  import { Component } from 'troupe';
  @Component({ name: 'radio' })
  export class Radio { station = 'none ${version}'; tune(to) { this.station = to; } heard() { return this.station; } }`;
/** Source of an actor in the silo's own thread: what turns elsewhere wait for. */
export const gates = `
  import { Actor } from 'troupe';
  const opened = new Map(), arrived = new Map();
  const gate = (map, key) => { let it = map.get(key); if (!it) { it = {}; it.promise = new Promise((r) => (it.open = r)); map.set(key, it); } return it; };
  @Actor({ name: 'gate', reentrancy: 'all' })
  export class Gate {
    constructor(ctx) { this.key = ctx.key; }
    async wait() { gate(arrived, this.key).open(); await gate(opened, this.key).promise; }
    async arrival() { await gate(arrived, this.key).promise; }
    open() { gate(opened, this.key).open(); }
  }`;

