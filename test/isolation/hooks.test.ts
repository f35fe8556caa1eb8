import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ComponentCrashedError } from '../../protocol/errors/index.js';
import type { SessionClient } from '../../silo/gateway/gateway-backend.js';
import { loadModules } from '../../silo/options/modules.js';
import { failure, memorySilo, type TestSilo } from '../support/memory-silo.js';
import { Door, House, Window } from './fixtures/hooks.js';

const modules = [fileURLToPath(new URL('./fixtures/hooks.js', import.meta.url))];
const HOUSE = { type: 'hooks.house', key: 'h' };
const client = (id: string): SessionClient => ({ id, identity: { id }, since: 0, send: () => undefined, kick: () => undefined });

describe('a component whose thread dies in a hook', () => {
  let silo: TestSilo;
  beforeEach(async () => {
    const files = await loadModules(modules);
    silo = memorySilo(files.actors, { files, components: files.components });
  });
  afterEach(() => silo.runtime.stop());

  const house = () => silo.actor(House, 'h');
  const door = () => house().getComponent(Door);
  const window = () => house().getComponent(Window);
  const sleep = () => house().manage.deactivate();
  const degrade = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) expect(await failure(door().exit())).to.be.instanceOf(ComponentCrashedError);
    expect((await failure(door().all())).degradedUntil).to.be.a('number');
  };
  /** Its tags too, which are kept in the silo. */
  const expectDoorAsCommitted = async (): Promise<void> => {
    expect(await door().all()).to.not.include('deactivate');
    expect(await door().isAsleep()).to.equal(false);
  };
  const greet = (id: string): Promise<void> => silo.runtime.backend.connected(HOUSE, client(id), () => undefined);

  it('keeps nobody else from saving when the actor goes to sleep', async () => {
    await door().crashIn('deactivate');
    await sleep();
    expect(await house().all()).to.deep.equal(['activate', 'deactivate', 'activate']);
    expect(await window().all()).to.deep.equal(['activate', 'deactivate', 'activate']);
    await expectDoorAsCommitted();
  });

  it('keeps nobody else from saving while it is degraded', async () => {
    expect(await house().all()).to.deep.equal(['activate']);
    await degrade();
    await sleep();
    expect(await house().all()).to.deep.equal(['activate', 'deactivate', 'activate']);
    expect(await window().all()).to.deep.equal(['activate', 'deactivate', 'activate']);
  });

  it('loses what its last hook did when it dies after that, and the others nothing', async () => {
    await window().killLast();
    await sleep();
    expect((await house().all()).slice(0, 2)).to.deep.equal(['activate', 'deactivate']);
    expect((await window().all()).slice(0, 2)).to.deep.equal(['activate', 'deactivate']);
    await expectDoorAsCommitted();
  });

  it('does not keep the actor from beginning when it dies after its onActivate, which had changed it', async () => {
    await house().killFirst();
    await sleep();
    expect(await house().all()).to.deep.equal(['activate', 'deactivate', 'activate']);
    expect((await door().all())[0]).to.equal('activate');
  });

  it('refuses no client and keeps no other hook from greeting it, nor when it is degraded', async () => {
    await door().crashIn('connect');
    await greet('first');
    await degrade();
    await greet('second');
    await silo.runtime.backend.disconnected(HOUSE, 'second', 'left');
    for (const heard of [await house().all(), await window().all()]) expect(heard).to.deep.equal(['activate', 'connect', 'connect', 'disconnect']);
    expect(silo.runtime.backend.clientsOf(HOUSE).map(({ id }) => id)).to.deep.equal(['first']);
  });

  it('is told from one that refuses a client', async () => {
    await door().refuse('stranger');
    expect((await failure(greet('stranger'))).message).to.equal('stranger stays out');
    expect(silo.runtime.backend.clientsOf(HOUSE)).to.deep.equal([]);
  });

  it('leaves the events that wait for it to the next activation, and the actor does not wait for them to end', async () => {
    await house().all();
    await degrade();
    await house().ring('Ann');
    await sleep();
    expect(await silo.store.outbox(HOUSE, 10)).to.have.length(1);
  });
});
