import { permissions } from '@sextant/plugin-identity/api';
import { core, definePart, permits } from '@sextant/sdk';
import { noteOf, notesOf } from '../notes.js';
import { pageOfNotes } from '../page-of-notes.js';
import { storage } from '../storage.js';
import { deps } from './deps.js';

export default definePart()({
  deps,
  register(r) {
    r.storage(storage);
    r.graphql(() => import('./graphql.js'));
    for (const [action, description] of [
      ['READ', 'To see the notes that one has written on files.'],
      ['WRITE', 'To write notes on files.'],
    ] as const)
      r.contribute(permissions, () => ({ namespace: 'FILE_NOTES', action, description, defaults: ['USER'] }));
    r.contribute(core.nodes, ({ db, visibility }) => ({
      kind: 'FileNote',
      load: async (id, { actor }) => (await noteOf(db, await visibility.of(actor), actor, Number(id))) ?? null,
    }));
    r.http((router, { db, visibility }) => {
      router.get('/-/file-notes', async ({ actor }) => {
        const notes = permits(actor, 'FILE_NOTES#READ') ? await notesOf(db, await visibility.of(actor), actor, { limit: 100 }) : [];
        return { headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }, body: pageOfNotes(notes) };
      });
    });
  },
});
