import { core, type Storage } from '@sextant/sdk';
import { startTestKernel } from '@sextant/sdk/testing';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import manifest from '../manifest.js';
import { aWorld, type World } from '../testing/a-world.js';
import { found } from '../testing/fakes.js';
import { OUTBOUND_EVENT_TYPES } from './outbound-event-types.js';

let db: Storage;
let world: World;
let connection: number;
beforeAll(async () => {
  db = (await startTestKernel({ plugins: [manifest], roles: ['api', 'migrator'] })).service(core.storage, 'code-host');
});
beforeEach(async () => {
  world = aWorld(db);
  await world.clear();
  connection = await world.connect('Forge', '{ "token": "hunter2-canary" }');
});

/** What webhooks are told of all that was published since. */
async function told(): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const { key, payload } of world.events.published.splice(0))
    for (const type of OUTBOUND_EVENT_TYPES.map((make) => make(db)))
      if (type.event.key === key) for (const { scope, body } of await type.events(payload)) all.push([type.key, scope, body]);
  return all;
}
const synced = async (...list: Parameters<typeof found>[]): Promise<void> => {
  world.host.lists.set(
    'Forge',
    list.map((one) => found(...one)),
  );
  await world.sync(connection);
};

it('webhooks are told of repositories that appear, are renamed and go, by their names', async () => {
  await synced(['1', 'host/app'], ['2', 'host/tool']);
  const id = expect.any(String);
  expect(await told()).toEqual([
    ['repository:add', 'host/app', { repository: { id, name: 'host/app' } }],
    ['repository:add', 'host/tool', { repository: { id, name: 'host/tool' } }],
  ]);
  await synced(['1', 'host/renamed']);
  expect(await told()).toEqual([
    ['repository:rename', 'host/renamed', { repository: { id, name: 'host/renamed', formerName: 'host/app' } }],
    ['repository:delete', 'host/tool', { repository: { id, name: 'host/tool' } }],
  ]);
});

it('webhooks are told of the first sync that fails, without what the host said, and of the next one only after one that worked', async () => {
  const failure = { count: 0, error: new Error('token hunter2-canary is wrong') };
  const body = { connection: { id: expect.any(String), kind: 'OTHER', displayName: 'Forge' }, code: 'SEXTANT_CODE_HOST_SYNC_FAILED' };
  for (const expected of [[['code_host_sync:fail', undefined, body]], []]) {
    world.host.failAfter = failure;
    await world.sync(connection);
    expect(await told()).toEqual(expected);
  }
  world.host.failAfter = undefined;
  await world.sync(connection);
  world.host.failAfter = failure;
  await world.sync(connection);
  expect(await told()).toEqual([['code_host_sync:fail', undefined, body]]);
});
