import { core, type Storage } from '@sextant/sdk';
import { startTestKernel } from '@sextant/sdk/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import manifest from '../manifest.js';
import { aWorld, type World } from '../testing/a-world.js';
import { fakeLocal, found, reversingSecrets, silentLog } from '../testing/fakes.js';
import { ConnectionStore } from './connection-store.js';
import { applyDeclarations } from './declared-connections.js';

const SECRET = 'hunter2-canary';
let db: Storage;
let world: World;
beforeAll(async () => {
  const kernel = await startTestKernel({ plugins: [manifest], roles: ['api', 'migrator'] });
  db = kernel.service(core.storage, 'code-host');
});
beforeEach(async () => {
  world = aWorld(db);
  await world.clear();
});

const configOf = async (id: number): Promise<unknown> => (await world.connections.usable(id))?.config;

describe('a connection', () => {
  it('is stored sealed, shown redacted with its comments, and used whole (row 22)', async () => {
    const id = await world.connect('one', `{ "token": "${SECRET}" /* mine */ }`);
    expect(await world.connections.redactedConfig(id)).toBe('{ "token": "REDACTED" /* mine */ }');
    expect(JSON.stringify(await world.db.query('SELECT * FROM connections'))).not.toContain(SECRET);
    expect(await configOf(id)).toMatchObject({ token: SECRET });
  });

  it('keeps redacted secrets and new comments when it is edited', async () => {
    const id = await world.connect('one', `{ "token": "${SECRET}" }`);
    await world.connections.update(id, { config: '{ // only these\n "token": "REDACTED", "exclude": ["a"] }' });
    expect(await configOf(id)).toMatchObject({ token: SECRET, exclude: ['a'] });
    expect(await world.connections.redactedConfig(id)).toContain('// only these');
  });

  it.each([
    ['a key nobody knows', '{ "tokne": "x" }', 'tokne'],
    ['a wrong type', '{ "url": 3 }', 'url'],
    ['no object', '[]', 'must be an object'],
    ['broken JSON', '{\n "url": }', 'line 2, column 9: value expected'],
    ['nothing', ' \n', 'it is empty'],
    ['a negative limit', '{ "maxDeletions": -1 }', 'maxDeletions'],
  ])('is refused with %s, naming it, and nothing changes', async (_what, config, named) => {
    const id = await world.connect('one', '{ "url": "https://a" }');
    await expect(world.connections.update(id, { config })).rejects.toMatchObject({
      code: 'SEXTANT_CODE_HOST_CONFIG_INVALID',
      message: expect.stringContaining(named),
      // Of keys only where they can be read.
      ...(named.includes('line') ? { what: expect.stringContaining('no JSON'), fix: expect.not.stringContaining('keys.') } : {}),
    });
    expect(await configOf(id)).toMatchObject({ url: 'https://a' });
    await expect(world.connections.add({ kind: 'OTHER', displayName: ' ', config: '{}' })).rejects.toMatchObject({
      code: 'SEXTANT_CODE_HOST_CONFIG_INVALID',
    });
    await expect(world.connections.add({ kind: 'NOPE', displayName: 'x', config: '{}' })).rejects.toMatchObject({
      code: 'SEXTANT_CODE_HOST_KIND_UNKNOWN',
    });
  });

  it('takes its credentials with it when it goes, and what only it gave', async () => {
    const id = await world.connect('one', `{ "token": "${SECRET}" }`);
    world.host.lists.set('one', [found('1', 'a')]);
    await world.sync(id);
    await world.connections.remove(id);
    expect(await world.db.query<{ sealed_config: string }>('SELECT sealed_config FROM connections')).toEqual([{ sealed_config: '' }]);
    expect(await world.living()).toEqual({});
    await expect(world.connections.redactedConfig(id)).rejects.toMatchObject({ code: 'SEXTANT_CODE_HOST_CONNECTION_NOT_FOUND' });
    expect(await world.sync(id)).toBeUndefined();
  });

  it('leads git to a repository without credentials in the URL, and not to a folder of this machine (row 2)', async () => {
    const id = await world.connect('one');
    world.host.lists.set('one', [
      found('1', 'a'),
      found('2', 'b', { cloneUrl: '/etc' }),
      found('3', 'c', { cloneUrl: 'https://bob:pw@h/c' }),
    ]);
    await world.sync(id);
    expect(await world.mirrorSources.cloneSource(await world.idOf('1'))).toEqual({ url: 'https://fake.example.com/1', from: 'admin' });
    for (const external of ['2', '3'])
      await expect(world.mirrorSources.cloneSource(await world.idOf(external))).rejects.toMatchObject({
        code: 'SEXTANT_CODE_HOST_CLONE_URL',
      });
    world.host.cloneSource = async () => ({ url: '/etc', localFolder: true }) as { url: string };
    await expect(world.mirrorSources.cloneSource(await world.idOf('1'))).rejects.toMatchObject({ code: 'SEXTANT_CODE_HOST_CLONE_URL' });
  });
});

describe('declared connections', () => {
  const declare = (connections: { kind: string; displayName: string; config: string | Record<string, unknown> }[]) =>
    applyDeclarations({ connections, localPaths: [] }, world.connections, world.kinds, silentLog);
  const one = { kind: 'OTHER', displayName: 'one', config: { url: 'https://a' } };

  it('are made, followed, and read-only here', async () => {
    expect(await declare([one])).toEqual({ changed: true, problems: [] });
    expect(await declare([one])).toEqual({ changed: false, problems: [] });
    const [record] = await world.connections.list({ limit: 9 });
    expect(record).toMatchObject({ displayName: 'one', declared: true });
    const id = record?.id ?? 0;
    await declare([{ ...one, config: '{ "url": "https://b" } // moved' }]);
    expect(await configOf(id)).toMatchObject({ url: 'https://b' });
    await expect(world.connections.update(id, { displayName: 'x' })).rejects.toMatchObject({
      code: 'SEXTANT_CODE_HOST_CONNECTION_DECLARED',
    });
    await expect(world.connections.remove(id)).rejects.toMatchObject({ code: 'SEXTANT_CODE_HOST_CONNECTION_DECLARED' });
  });

  it('are kept, and can be edited, when they are declared no more', async () => {
    await declare([one]);
    await declare([]);
    expect(await world.connections.list({ limit: 9 })).toEqual([expect.objectContaining({ displayName: 'one', declared: false })]);
  });

  it('do not stop each other', async () => {
    const outcome = await declare([{ kind: 'NOPE', displayName: 'bad', config: {} }, one, one]);
    expect(outcome.problems).toEqual([expect.stringContaining('"bad"'), expect.stringContaining('declared twice')]);
    expect(await world.connections.count()).toBe(1);
  });
});

describe('folders given at the start', () => {
  it('add up over starts, and are never removed', async () => {
    const kinds = fakeLocal();
    const store = new ConnectionStore(world.db, reversingSecrets, kinds, world.events);
    const start = (...localPaths: string[]) => applyDeclarations({ connections: [], localPaths }, store, kinds, silentLog);
    await start('/src/a');
    await start('/src/b', '/src/a');
    await start();
    const [record] = await store.list({ limit: 9 });
    expect(record).toMatchObject({ kind: 'LOCAL', declared: true });
    expect((await store.usable(record?.id ?? 0))?.config).toEqual({ roots: ['/src/a', '/src/b'] });
  });
});
