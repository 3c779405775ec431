import { core, defineEvent, defineJob, definePart, definePlugin, type Manifest, type Migration, type Storage, z } from '@sextant/sdk';
import { at, startTestKernel } from '@sextant/sdk/testing';
import { expect, it } from 'vitest';

const changed = defineEvent('notes.changed@1', z.object({ text: z.string() }));
const catchUp = defineJob('notes.catch-up', { payload: z.object({}) });
const create: Migration = {
  name: 'create-notes-1764000000000',
  up: async (db) => void (await db.query('create table notes (text text not null)')),
};
const addColumn: Migration = {
  name: 'add-author-1764000000001',
  up: async (db) => void (await db.query(`alter table notes add column author text not null default 'nobody'`)),
};

class Notes {
  constructor(
    private readonly db: Storage,
    private readonly disposed: () => void,
  ) {}
  add = (text: string) => this.db.query('insert into notes (text) values ($1)', [text]);
  all = () => this.db.query('select * from notes order by text');
  [Symbol.dispose](): void {
    this.disposed();
  }
}

/** Adds what it hears and, at each start, what it may have missed. */
const notesPlugin = (migrations: readonly Migration[], disposed: () => void = () => undefined): Manifest => {
  const part = definePart()({
    deps: { db: core.storage, events: core.events },
    create: ({ db, events }) => Object.assign(new Notes(db, disposed), { events }),
    register(r) {
      r.on(changed, async (notes, { text }) => void (await notes.add(text)), { catchUp });
      r.job(catchUp, async (notes) => void (await notes.add('caught up')));
      r.http((notes, router) => {
        router.get('/notes', async () => ({ body: await notes.all() }), { auth: 'public' });
        router.get(
          '/change',
          async () => {
            await notes.events.publish(changed, { text: 'heard' });
            return { body: 'ok' };
          },
          { auth: 'public' },
        );
      });
    },
  });
  return definePlugin({
    id: 'notes',
    version: '1.0.0',
    title: 'Notes',
    summary: 'Keeps notes.',
    engines: { kernel: '^1.0.0' },
    toggle: 'default-on',
    storage: { migrations: async () => migrations },
    parts: { notes: { roles: ['api', 'worker'], load: async () => ({ default: part }) } },
  });
};

it('migrates what the manifest stores, keeps it while the plugin is off, and brings it up to date with a new version', async () => {
  let disposals = 0;
  const kernel = await startTestKernel({ plugins: [notesPlugin([create], () => disposals++)] });
  const notes = async () => (await kernel.fetch('/notes')).json();
  expect(kernel.plugin('notes')).toMatchObject({ state: 'active', reason: undefined });
  await kernel.jobs.drain();
  expect(await notes()).toEqual([{ text: 'caught up' }]);
  await kernel.fetch('/change');
  await expect.poll(notes).toEqual([{ text: 'caught up' }, { text: 'heard' }]);

  await kernel.kernel.switchboard.disable('notes');
  expect([(await kernel.fetch('/notes')).status, disposals]).toEqual([404, 1]);
  await kernel.kernel.switchboard.enable('notes');
  await kernel.jobs.drain();
  expect(await notes()).toEqual([{ text: 'caught up' }, { text: 'caught up' }, { text: 'heard' }]);
  const migrated = await kernel.kernel.database().status();
  expect(migrated.map((status) => at(status, 'plugin'))).toContain('notes');
  await kernel.kernel.stop();
  expect(disposals).toBe(2);

  const next = await startTestKernel({ plugins: [notesPlugin([create, addColumn])], databaseUrl: kernel.databaseUrl });
  expect(await (await next.fetch('/notes')).json()).toContainEqual({ text: 'heard', author: 'nobody' });
});

it('migrates in a process that has the role migrator and no part of the plugin', async () => {
  const migrator = await startTestKernel({ plugins: [notesPlugin([create])], roles: ['migrator'] });
  expect(migrator.plugin('notes').state).toBe('active');
  await migrator.kernel.stop();
  const api = await startTestKernel({ plugins: [notesPlugin([create])], roles: ['api'], databaseUrl: migrator.databaseUrl });
  expect(await (await api.fetch('/notes')).json()).toEqual([]);
});
