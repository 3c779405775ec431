import codeHost from '@sextant/plugin-code-host';
import {
  aUser,
  FakeHost,
  FakePermissions,
  fakeHostPlugin,
  found,
  type LeakSurface,
  leakMatrix,
  leaksIn,
  lossesIn,
} from '@sextant/plugin-code-host/testing';
import identity from '@sextant/plugin-identity';
import { Administration, answers, codeOf } from '@sextant/plugin-identity/testing';
import { type Actor, core, decodeNodeId, encodeNodeId } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { sweepNotes } from './jobs.js';
import manifest from './manifest.js';

const host = new FakeHost('FAKE');
const grants = new FakePermissions();
const tokens = new Map<number | undefined, string>();
const repositories: { readonly id: number; readonly name: string }[] = [];
const ghost = { id: 4711, name: 'host/ghost' };

let kernel: TestKernel;
let ana: Actor;
const ask = answers(() => kernel);
const admin = new Administration(() => kernel);
const as = (actor: Actor) => tokens.get(actor.userId);
const add = (actor: Actor, repository: number, path: string, text = `note on ${path}`): Promise<unknown> =>
  ask(
    'mutation ($r: ID!, $p: String!, $t: String!) { addFileNote(repository: $r, path: $p, text: $t) { id } }',
    { r: encodeNodeId('Repository', repository), p: path, t: text },
    as(actor),
  );
const see = (actor: Actor, ...seen: readonly number[]): void => {
  grants.granted.set(actor.userId ?? 0, new Set(seen));
  grants.epoch++;
};
const notes = async (actor: Actor): Promise<unknown> =>
  at(await ask('{ fileNotes { nodes { path } } }', {}, as(actor)), 'fileNotes.nodes.*.path');

async function aPerson(): Promise<Actor> {
  const { id, token } = await admin.aPerson();
  const person = aUser(Number(decodeNodeId('User', id)));
  tokens.set(person.userId, token);
  return person;
}

beforeAll(async () => {
  host.lists.set('Ours', [found('1', 'host/open'), found('2', 'host/secret', { private: true })]);
  const connections = [{ kind: 'FAKE', displayName: 'Ours', config: {} }];
  kernel = await startTestKernel({
    plugins: [codeHost, identity, fakeHostPlugin(host, [grants]), manifest],
    config: { plugins: { 'code-host': { connections } } },
  });
  await kernel.jobs.drain();
  const listed = at(await ask('{ repositories(first: 10) { nodes { id name } } }'), 'repositories.nodes') as (typeof ghost)[];
  for (const { id, name } of listed) repositories.push({ id: Number(decodeNodeId('Repository', String(id))), name });
  ana = await aPerson();
});
const idOf = (name: string): number => repositories.find((one) => one.name === name)?.id ?? 0;

describe('notes', () => {
  it('are paged, found by id and shown on a page, to who wrote them', async () => {
    see(ana, idOf('host/open'));
    for (const path of ['a.ts', 'b.ts', 'c.ts']) await add(ana, idOf('host/open'), path, `<b>${path}</b>`);
    const first = await ask('{ fileNotes(first: 2) { nodes { id path } pageInfo { endCursor } } }', {}, as(ana));
    expect(at(first, 'fileNotes.nodes.*.path')).toEqual(['c.ts', 'b.ts']);
    const after = textAt(first, 'fileNotes.pageInfo.endCursor');
    const rest = await ask('query ($after: String) { fileNotes(after: $after) { nodes { path } } }', { after }, as(ana));
    expect(at(rest, 'fileNotes.nodes.*.path')).toEqual(['a.ts']);
    const id = textAt(first, 'fileNotes.nodes.0.id');
    const byId = (actor: Actor): Promise<unknown> => ask('query ($id: ID!) { node(id: $id) { id } }', { id }, as(actor));
    expect(await byId(ana)).toEqual({ node: { id } });
    expect(await byId(await aPerson())).toEqual({ node: null });
    const page = await kernel.fetch('/-/file-notes', { headers: { authorization: `token ${as(ana)}` } });
    expect(await page.text()).toContain('<code>c.ts</code> &#60;b&#62;c.ts');
  });

  it('are in the audit log', async () => {
    const log = await ask('{ auditLog(first: 50) { nodes { entity action } } }');
    expect(at(log, 'auditLog.nodes')).toContainEqual({ entity: 'fileNote', action: 'created' });
  });

  it('are for those alone whose roles permit it', async () => {
    const role = at(await ask('{ roles(system: true) { nodes { id name } } }'), 'roles.nodes') as { id: string; name: string }[];
    const setPermissions = (permissions: readonly string[]): Promise<unknown> =>
      ask('mutation ($r: ID!, $p: [ID!]!) { setPermissions(role: $r, permissions: $p) { alwaysNil } }', {
        r: role.find(({ name }) => name === 'USER')?.id,
        p: permissions.map((name) => encodeNodeId('Permission', name)),
      });
    await setPermissions(['FILE_NOTES#READ']);
    expect(await codeOf(add(ana, idOf('host/open'), 'd.ts'))).toBe('SEXTANT_AUTH_PERMISSION_REQUIRED');
    await setPermissions(['FILE_NOTES#WRITE']);
    expect(await codeOf(notes(ana))).toBe('SEXTANT_AUTH_PERMISSION_REQUIRED');
    const id = encodeNodeId('FileNote', 1);
    expect(await codeOf(ask('query ($id: ID!) { node(id: $id) { id } }', { id }, as(ana)))).toBe('SEXTANT_AUTH_PERMISSION_REQUIRED');
    await setPermissions(['FILE_NOTES#READ', 'FILE_NOTES#WRITE']);
  });

  it('end with their repository', async () => {
    const db = kernel.service(core.storage, 'file-notes');
    await db.query(`INSERT INTO notes (user_id, repository_id, path, text) VALUES (1, $1, 'gone.ts', 'x')`, [ghost.id]);
    await kernel.jobs.enqueue(sweepNotes, {});
    await kernel.jobs.drain();
    expect(await db.query('SELECT path FROM notes WHERE repository_id = $1', [ghost.id])).toEqual([]);
    expect(await notes(ana)).toHaveLength(3);
  });
});

describe('what is hidden', () => {
  const surfaces: readonly LeakSurface<TestKernel>[] = [
    {
      name: 'all notes',
      ask: (_kernel, actor) => ask('{ fileNotes { nodes { path text repository { name } } pageInfo { hasNextPage } } }', {}, as(actor)),
    },
    {
      name: 'notes of a repository',
      ask: (_kernel, actor, { name }) =>
        ask('query ($name: String!) { repository(name: $name) { fileNotes { nodes { path text } } } }', { name }, as(actor)),
    },
    {
      name: 'the page',
      ask: async (of, actor) => (await of.fetch('/-/file-notes', { headers: { authorization: `token ${as(actor)}` } })).text(),
    },
    {
      name: 'a new note',
      ask: (_kernel, actor, { id, name }) =>
        add(actor, id, 'a.ts', `again on ${name}`).then(
          () => name,
          (error) => String(error),
        ),
    },
  ];

  it.each(surfaces.map((surface) => [surface.name, surface] as const))('is told by %s as what never was', async (_name, surface) => {
    const [sees, saw] = [await aPerson(), await aPerson()];
    const all = repositories.map(({ id }) => id);
    for (const person of [sees, saw]) {
      see(person, ...all);
      await expect
        .poll(() => codeOf(Promise.all(repositories.map(({ id, name }) => add(person, id, `${name}.ts`, `on ${name}`)))))
        .toBeUndefined();
    }
    see(saw);
    await expect.poll(() => notes(saw)).toEqual([]);
    const actors = [sees, saw];
    const cells = await leakMatrix({ world: kernel, surfaces: [surface], actors, repositories, ghost, may: (actor) => actor === sees });
    expect(leaksIn(cells)).toEqual([]);
    expect(lossesIn(cells)).toEqual([]);
  });

  it('is left out by path too, and pages are full all the same', async () => {
    const person = await aPerson();
    see(person, idOf('host/open'));
    for (const path of ['src/a.ts', 'hidden/b.ts', 'hidden/c.ts', 'src/d.ts']) await add(person, idOf('host/open'), path);
    grants.paths.set(idOf('host/open'), { allows: (path) => !path.startsWith('hidden/') });
    grants.epoch++;
    const page = async () =>
      at(await ask('{ fileNotes(first: 2) { nodes { path } pageInfo { hasNextPage } } }', {}, as(person)), 'fileNotes');
    await expect.poll(page).toEqual({ nodes: [{ path: 'src/d.ts' }, { path: 'src/a.ts' }], pageInfo: { hasNextPage: false } });
    expect(await codeOf(add(person, idOf('host/open'), 'hidden/e.ts'))).toBe('SEXTANT_FILE_NOTES_FILE');
  });
});
