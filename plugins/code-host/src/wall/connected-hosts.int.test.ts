import { core, type Storage, z } from '@sextant/sdk';
import { startTestKernel } from '@sextant/sdk/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CodeHostKind } from '../api.js';
import manifest from '../manifest.js';
import { aWorld, type World } from '../testing/a-world.js';
import { found } from '../testing/fakes.js';
import { ConnectedHosts } from './connected-hosts.js';
import { RestrictionCache } from './restriction-cache.js';
import { WallState } from './wall-state.js';

let db: Storage;
let world: World;
beforeAll(async () => {
  const kernel = await startTestKernel({ plugins: [manifest], roles: ['api', 'migrator'] });
  db = kernel.service(core.storage, 'code-host');
});
beforeEach(async () => {
  world = aWorld(db);
  const kind: CodeHostKind = Object.assign(world.host, {
    config: z.object({ url: z.string().default('https://fake.example.com'), enforce: z.boolean().default(false) }),
    permissions: {
      enforced: ({ config }: { config: { enforce: boolean } }) => (config.enforce ? { by: 'username' } : undefined),
      async *usersOf() {
        yield { id: '1', username: 'ada' };
      },
      async *repositoriesOf() {},
    },
  }) as unknown as CodeHostKind;
  world.kinds.find = () => kind;
  world.kinds.get = () => kind;
  await world.clear();
});

const hosts = () => {
  let time = 0;
  const state = new WallState(db, { monotonic: () => (time += 10_000) });
  return new ConnectedHosts({
    db,
    connections: world.connections,
    kinds: world.kinds,
    restrictions: new RestrictionCache(db, state, { closed: () => false, telling: () => world.kinds.telling() }),
  });
};
const names = async (which: 'restricted' | 'public' | 'all') => {
  const restrictions = await hosts().restrictions();
  const rows = await db.query<{ external_id: string }>(
    'SELECT external_id FROM repositories WHERE id = ANY($1::int[]) ORDER BY external_id',
    [[...restrictions[which]]],
  );
  return rows.map((row) => row.external_id);
};

describe('what hides repositories', () => {
  it('is a connection that leaves it to its host, of what is private there; from the moment that either changes', async () => {
    const id = await world.connect('one', '{"enforce": true}');
    world.host.lists.set('one', [found('a', 'team/a', { private: true }), found('b', 'team/b')]);
    await world.sync(id);
    expect([await names('all'), await names('restricted')]).toEqual([['a', 'b'], ['a']]);
    world.host.lists.set('one', [found('a', 'team/a', { private: true }), found('b', 'team/b', { private: true })]);
    await world.sync(id);
    expect(await names('restricted')).toEqual(['a', 'b']);
    await world.connections.update(id, { config: '{"enforce": false}' });
    expect(await names('restricted')).toEqual([]);
    expect((await hosts().restrictions()).enforced).toBe(false);
  });

  it('is one such connection, where others give the repository as well', async () => {
    const [one, two] = [await world.connect('one', '{"enforce": true}'), await world.connect('two')];
    for (const name of ['one', 'two']) world.host.lists.set(name, [found('a', 'team/a', { private: true })]);
    await world.sync(two);
    expect(await names('restricted')).toEqual([]);
    await world.sync(one);
    expect(await names('restricted')).toEqual(['a']);
  });

  it('is a connection of which nobody has worked out yet what it says', async () => {
    const id = await world.connect('one');
    world.host.lists.set('one', [found('a', 'team/a', { private: true })]);
    await world.sync(id);
    await db.query('UPDATE connections SET enforces_permissions = NULL');
    await db.query('UPDATE wall_state SET epoch = epoch + 1');
    expect(await names('restricted')).toEqual(['a']);
    await world.connections.settleEnforcement();
    expect(await names('restricted')).toEqual([]);
  });

  it('is nothing where it is public; but a host that says nothing of who may read makes nothing public', async () => {
    const id = await world.connect('one');
    world.host.lists.set('one', [found('a', 'team/a'), found('b', 'team/b', { private: true })]);
    await world.sync(id);
    expect(await names('public')).toEqual(['a']);
    Object.assign(world.host, { permissions: undefined });
    expect(await names('public')).toEqual([]);
  });

  it('is everything, where nothing is open without a grant', async () => {
    const id = await world.connect('one');
    world.host.lists.set('one', [found('a', 'team/a'), found('b', 'team/b', { private: true })]);
    await world.sync(id);
    let closed = false;
    const cache = new RestrictionCache(
      db,
      { read: async () => ({ epoch: '1', sources: [] }) },
      { closed: () => closed, telling: () => [] },
    );
    expect([...(await cache.current()).restricted]).toEqual([]);
    closed = true;
    const { enforced, restricted } = await cache.current();
    expect([enforced, restricted.size]).toEqual([true, 2]);
  });

  it('moves the wall’s epoch when a repository comes', async () => {
    const id = await world.connect('one', '{"enforce": true}');
    const { epoch } = await hosts().restrictions();
    world.host.lists.set('one', [found('a', 'team/a')]);
    await world.sync(id);
    expect((await hosts().restrictions()).epoch).not.toBe(epoch);
  });
});

describe('a host that decides', () => {
  it('is asked about what the connection gives, and about nothing else', async () => {
    const [one] = [await world.connect('one', '{"enforce": true}'), await world.connect('two', '{"enforce": true}')];
    world.host.lists.set('one', [found('a', 'team/a', { private: true })]);
    await world.sync(one);
    const id = await world.idOf('a');
    const repository = (await hosts().byIds([id])).get(id);
    expect(await hosts().list()).toHaveLength(2);
    const [host, ...others] = await hosts().list({ repositoryId: id });
    expect([host?.displayName, others]).toEqual(['one', []]);
    const { signal } = new AbortController();
    expect(await Array.fromAsync(host!.usersOf(repository!, { signal }))).toEqual([{ id: '1', username: 'ada' }]);
    const [, two] = await hosts().list();
    await expect(Array.fromAsync(two!.usersOf(repository!, { signal }))).rejects.toThrow('does not give');
  });

  it('says which repositories it means by its own ids, of those that are there', async () => {
    const id = await world.connect('one');
    world.host.lists.set('one', [found('a', 'team/a')]);
    await world.sync(id);
    const service = { serviceType: world.host.serviceType(), serviceId: 'https://fake.example.com' };
    expect(await hosts().idsOf(service, ['a', 'nope'])).toEqual(new Map([['a', await world.idOf('a')]]));
    expect(await hosts().idsOf({ ...service, serviceId: 'https://other.example.com' }, ['a'])).toEqual(new Map());
  });
});
