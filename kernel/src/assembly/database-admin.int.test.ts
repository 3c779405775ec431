import { core, definePart, definePlugin, type Storage } from '@sextant/sdk';
import { startTestKernel } from '@sextant/sdk/testing';
import { expect, it } from 'vitest';

const keeper = definePlugin({
  id: 'keeper',
  version: '1.0.0',
  title: 'Keeper',
  summary: 'Keeps things.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: {
    api: async () => ({
      default: definePart()({
        deps: { db: core.storage },
        register: (r) =>
          r.storage({
            migrations: async () => [
              { name: 'create-1763990000000', up: async (db) => void (await db.query('create table things (id int)')) },
            ],
          }),
      }),
    }),
  },
});

it('purges what a plugin has stored, also one that is gone, and refuses an id that nobody ever had', async () => {
  const { kernel, service } = await startTestKernel({ plugins: [keeper] });
  const db: Storage = service(core.storage, 'keeper');
  await db.query('create schema plugin_gone');
  const admin = kernel.database();
  expect(await admin.purge('keeper')).toBe(true);
  expect(await admin.purge('keeper')).toBe(false);
  expect(await admin.purge('gone')).toBe(true);
  await expect(admin.purge('keper')).rejects.toMatchObject({
    code: 'SEXTANT_PLUGIN_UNKNOWN',
    what: expect.stringContaining('mean "keeper"'),
  });
});
