import { type Clock, core, RepoName, type Storage } from '@sextant/sdk';
import { startTestKernel } from '@sextant/sdk/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Git } from '../../api.js';
import { MirrorTable } from '../../storage/mirror-table.js';
import { aGit, type TestGit } from '../../testing/a-git.js';
import { tablesOnly } from '../../testing/tables-only.js';
import { moveMirror } from './move-mirror.js';

let db: Storage;
let test: TestGit;
let table: MirrorTable;
beforeAll(async () => {
  // As few connections as there may be.
  db = (await startTestKernel({ plugins: [tablesOnly], config: { database: { poolSize: 2 } } })).service(core.storage, 'git');
  test = await aGit();
  table = new MirrorTable(db);
});
afterAll(() => test?.close());
beforeEach(async () => void (await db.query('truncate mirrors, held_names')));

/** A mirror of its own content. @returns the hash of its head */
async function mirrored(id: number, name: string): Promise<string> {
  const { head } = await test.mirror(name, { commits: [{ files: { of: name } }] });
  await table.track([{ id, name, deletedAt: undefined }]);
  await table.renamed(id, name);
  return head;
}
const headOf = async (name: string) => (await test.git.defaultBranch({ repository: RepoName.parse(name) }).catch(() => null))?.target;
const nameOf = async (id: number) => (await table.byId(id))?.name;

/** Git that removes nothing before it is let go, and a clock on which nobody looks again before that. */
function held() {
  const gate = Promise.withResolvers<void>();
  const reached: string[] = [];
  const waiting = Promise.withResolvers<void>();
  let arrivals: { readonly count: number; readonly resolve: () => void } | undefined;
  const remove: Git['remove'] = async (target) => {
    reached.push(target.repository);
    if (arrivals && reached.length >= arrivals.count) arrivals.resolve();
    await gate.promise;
    return test.git.remove(target);
  };
  const clock: Pick<Clock, 'sleep'> = {
    sleep: () => {
      waiting.resolve();
      return gate.promise;
    },
  };
  const move = (id: number, name: string) =>
    moveMirror({ db, git: { ...test.git, remove }, clock: clock as Clock }, { id, name: RepoName.parse(name) });
  /** Resolves when so many removals wait. */
  const removals = (count: number): Promise<void> =>
    new Promise((resolve) => {
      arrivals = { count, resolve };
      if (reached.length >= count) resolve();
    });
  return { move, removals, waiting: waiting.promise, letGo: () => gate.resolve() };
}

it('moves two mirrors at once, and whoever reads meanwhile has a connection', async () => {
  const heads = [await mirrored(1, 'pair/a'), await mirrored(2, 'pair/c')];
  const { move, removals, letGo } = held();
  const moves = [move(1, 'pair/b'), move(2, 'pair/d')];
  await removals(2);
  // Both work on their mirrors now, and each of the two connections is free.
  expect(await Promise.all([nameOf(1), nameOf(2), nameOf(1)])).toEqual(['pair/a', 'pair/c', 'pair/a']);
  letGo();
  await Promise.all(moves);
  expect([await headOf('pair/b'), await headOf('pair/d')]).toEqual(heads);
});

it('keeps the mirror of what was renamed when two learn of it at once', async () => {
  const head = await mirrored(1, 'twice/before');
  const { move, removals, waiting, letGo } = held();
  const first = move(1, 'twice/after');
  await removals(1);
  const second = move(1, 'twice/after');
  await waiting;
  letGo();
  await Promise.all([first, second]);
  expect([await headOf('twice/after'), await nameOf(1)]).toEqual([head, 'twice/after']);
});

it('clones to no place where something is removed still, when two learn of a new repository at once', async () => {
  await table.track([{ id: 1, name: 'new/one', deletedAt: undefined }]);
  const { move, removals, waiting, letGo } = held();
  const first = move(1, 'new/one');
  await removals(1);
  // The second is told that the place is the repository's when it is: whoever clones waits for that.
  let isPlaced = false;
  const second = move(1, 'new/one').then(() => void (isPlaced = true));
  await waiting;
  expect([isPlaced, await nameOf(1)]).toEqual([false, '']);
  letGo();
  await Promise.all([first, second]);
  const { head } = await test.mirror('new/one', { commits: [{ files: { of: 'new/one' } }] });
  await move(1, 'new/one');
  expect([await headOf('new/one'), await nameOf(1)]).toEqual([head, 'new/one']);
});

it('never takes one mirror for another where two swap their names at once', async () => {
  const [one] = [await mirrored(1, 'swap/x'), await mirrored(2, 'swap/y')];
  const { move, removals, waiting, letGo } = held();
  const first = move(1, 'swap/y');
  await removals(1);
  const second = move(2, 'swap/x');
  await waiting;
  letGo();
  await Promise.all([first, second]);
  // The second had no mirror any more when its turn came: it is cloned anew.
  expect([await headOf('swap/y'), await headOf('swap/x')]).toEqual([one, undefined]);
  expect([await nameOf(1), await nameOf(2)]).toEqual(['swap/y', 'swap/x']);
});

it('moves what a worker that died was moving, when its time is over', async () => {
  const head = await mirrored(1, 'died/a');
  await db.query(`insert into held_names values ('died/b', gen_random_uuid(), now() + interval '1 hour')`);
  const { move, waiting, letGo } = held();
  const moved = move(1, 'died/b');
  await waiting;
  await db.query(`update held_names set held_until = now() - interval '1 second'`);
  letGo();
  await moved;
  expect(await headOf('died/b')).toBe(head);
});

it('gives up what another keeps for longer than half a minute', async () => {
  await mirrored(1, 'kept/a');
  await db.query(`insert into held_names values ('kept/a', gen_random_uuid(), now() + interval '1 hour')`);
  const { move, letGo } = held();
  letGo();
  await expect(move(1, 'kept/b')).rejects.toMatchObject({ code: 'SEXTANT_GIT_BUSY' });
  expect(await nameOf(1)).toBe('kept/a');
});
