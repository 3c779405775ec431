import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import codeHost from '@sextant/plugin-code-host';
import { type PathRules, type PermissionSource, permissionSources } from '@sextant/plugin-code-host/api';
import { type LeakSurface, leakMatrix, leaksIn, lossesIn, type MatrixRepository } from '@sextant/plugin-code-host/testing';
import codeHostLocal from '@sextant/plugin-code-host-local';
import git from '@sextant/plugin-git';
// As it ships: threads run compiled code.
import highlight from '@sextant/plugin-highlight';
import identity from '@sextant/plugin-identity';
import { type Actor, decodeNodeId, definePart, definePlugin, encodeNodeId, IdSet } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

/** Grants that the test writes. */
const grants = { everything: false, of: new Map<number, readonly number[]>(), paths: new Map<number, ReadonlyMap<number, PathRules>>() };
const source: PermissionSource = {
  name: 'test-grants',
  grants: async ({ userId = -1 }) => {
    const paths = grants.paths.get(userId);
    return {
      all: grants.everything,
      repositories: IdSet.of(grants.of.get(userId) ?? []),
      ...(paths ? { paths } : {}),
      epoch: JSON.stringify([grants.everything, ...grants.of, paths?.size ?? 0]),
    };
  },
};
const testGrants = definePlugin({
  id: 'test-grants',
  version: '1.0.0',
  title: 'Grants of a test',
  summary: 'Grants what the test says.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: { api: async () => ({ default: definePart()({ deps: {}, register: (r) => r.contribute(permissionSources, () => source) }) }) },
});

interface World {
  readonly kernel: TestKernel;
  readonly tokens: ReadonlyMap<string, string>;
}
type Surface = LeakSurface<World>;

const folder = mkdtempSync(join(tmpdir(), 'sextant-highlight-wall-'));
const ghost: MatrixRepository = {
  id: 2_000_000,
  name: 'secret-nil',
  marks: [encodeNodeId('Repository', 2_000_000), '0'.repeat(40), 'word0word'],
};
let repositories: readonly MatrixRepository[];
let world: World;
let one: Actor;
let none: Actor;
let admin: Actor;

const oid = ({ marks }: MatrixRepository): string => marks![1]!;
const word = ({ marks }: MatrixRepository): string => marks![2]!;
const may = (actor: Actor, { name }: MatrixRepository): boolean => actor.siteAdmin || (actor === one && name === repositories[0]!.name);
/** How it is answered, apart from the time that it took. */
async function ask({ kernel, tokens }: World, actor: Actor, query: string, variables: object): Promise<unknown> {
  const token = tokens.get(actor.id);
  return kernel.graphql(query, { ...variables }, token === undefined ? {} : { token });
}

function aRepository(name: string): string {
  const at = join(folder, name);
  mkdirSync(join(at, 'src'), { recursive: true });
  const run = (...args: string[]) =>
    execFileSync('git', ['-C', at, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  run('init', '-q', '-b', 'main');
  const commit = (text: string) => {
    for (const file of ['open.ts', 'closed.ts', 'src/deep.lua']) writeFileSync(join(at, file), `${text} // word${name.at(-1)}word\n`);
    writeFileSync(join(at, 'closed.bin'), `a\0${text}`);
    run('add', '-A');
    run('commit', '-q', '-m', 'Change');
  };
  commit('let a = 1;');
  commit('let b = 2;');
  return run('rev-parse', 'HEAD').trim();
}

beforeAll(async () => {
  const heads = ['secret-1', 'secret-2'].map(aRepository);
  const kernel = await startTestKernel({ plugins: [identity, codeHost, codeHostLocal, git, highlight, testGrants] });
  await kernel.graphql('mutation ($input: AddExternalServiceInput!) { addExternalService(input: $input) { id } }', {
    input: { kind: 'LOCAL', displayName: 'here', config: JSON.stringify({ roots: [folder] }) },
  });
  repositories = await vi.waitFor(
    async () => {
      const { data } = await kernel.graphql('{ repositories { nodes { id name mirrorInfo { cloned } } } }');
      const nodes = at(data, 'repositories.nodes') as { id: string; name: string; mirrorInfo?: { cloned: boolean } }[];
      expect(nodes.filter(({ mirrorInfo }) => mirrorInfo?.cloned)).toHaveLength(2);
      return nodes
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ id, name }, i) => ({ id: Number(decodeNodeId('Repository', id)), name, marks: [id, heads[i]!, `word${i + 1}word`] }));
    },
    { timeout: 30_000, interval: 50 },
  );
  const tokens = new Map<string, string>();
  const aUser = async (username: string): Promise<Actor> => {
    const { data } = await kernel.graphql('mutation ($u: String!) { createUser(username: $u) { user { id databaseID } } }', {
      u: username,
    });
    const { id, databaseID: userId } = at(data, 'createUser.user') as { id: string; databaseID: number };
    const made = await kernel.graphql(
      'mutation ($user: ID!) { createAccessToken(user: $user, scopes: ["user:all"], note: "test") { token } }',
      { user: id },
    );
    tokens.set(`user:${userId}`, textAt(made.data, 'createAccessToken.token'));
    return { kind: 'user', id: `user:${userId}`, userId, username, siteAdmin: false, via: 'token' };
  };
  one = await aUser('one');
  none = await aUser('none');
  admin = { kind: 'user', id: 'user:admin', siteAdmin: true, via: 'local' };
  grants.of.set(one.userId!, [repositories[0]!.id]);
  world = { kernel, tokens };
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BLOB = 'query ($n: String!, $p: String!) { repository(name: $n) { commit(rev: "HEAD") { blob(path: $p)';
const FIELDS = {
  html: 'highlight(disableTimeout: false) { html }',
  'html as plain text': 'highlight(disableTimeout: true, format: HTML_PLAINTEXT) { html }',
  'html of some lines': 'highlight(disableTimeout: false, startLine: 1, endLine: 1) { html }',
  lineRanges: 'highlight(disableTimeout: false) { lineRanges(ranges: [{ startLine: 0, endLine: 9 }]) }',
  'language and aborted': 'highlight(disableTimeout: false) { language aborted }',
} as const;

const surface = (
  name: string,
  query: string,
  variables: (r: MatrixRepository) => object,
  shown = '"(?:html|lineRanges|language)":',
): Surface => ({
  name,
  ask: (w, actor, repository) => ask(w, actor, query, variables(repository)),
  reveals: (answer) => new RegExp(shown).test(JSON.stringify((answer as { data: unknown }).data)),
});
const named = (r: MatrixRepository, path = 'open.ts') => ({ n: r.name, p: path });

const surfaces: readonly Surface[] = [
  ...Object.entries(FIELDS).map(([name, fields]) => surface(name, `${BLOB} { ${fields} } } } }`, (r) => named(r))),
  surface('a file coloured on a thread', `${BLOB} { ${FIELDS.html} } } } }`, (r) => named(r, 'src/deep.lua')),
  surface('the refusal of a binary file', `${BLOB} { name ${FIELDS.html} } } } }`, (r) => named(r, 'closed.bin'), '"name":"closed.bin"'),
  surface(
    'files of a tree',
    `query ($n: String!) { repository(name: $n) { commit(rev: "HEAD") { tree { files { ${FIELDS.html} } } } } }`,
    (r) => named(r),
  ),
  surface(
    'files of a comparison',
    `query ($n: String!) { repository(name: $n) { comparison(base: "HEAD~1", head: "HEAD") { fileDiffs { nodes { oldFile { ${FIELDS.html} } newFile { ${FIELDS.html} } } } } } }`,
    (r) => named(r),
  ),
  surface(
    'a file of a commit by its id',
    `query ($id: ID!) { node(id: $id) { ... on GitCommit { blob(path: "open.ts") { ${FIELDS.html} } } } }`,
    (r) => ({ id: encodeNodeId('GitCommit', `${r.id}:${oid(r)}`) }),
  ),
];

describe('what highlighting shows of repositories', () => {
  const matrix = (of: readonly Surface[]) => leakMatrix({ world, surfaces: of, actors: [admin, one, none], repositories, ghost, may });

  it('is shown to who may see them, and looks to all others like nothing at all', async () => {
    const cells = await matrix(surfaces);
    expect(cells).toHaveLength(surfaces.length * 3 * repositories.length);
    expect(leaksIn(cells)).toEqual([]);
    expect(lossesIn(cells)).toEqual([]);
  });

  it.each(surfaces.map((s) => [s.name, s] as const))('is found out when the wall is missing before %s', async (_name, s) => {
    grants.everything = true;
    try {
      expect(leaksIn(await matrix([s])).length).toBeGreaterThan(0);
    } finally {
      grants.everything = false;
    }
  });
});

describe('what highlighting shows of files that path rules hide', () => {
  const BY_PATH = Object.entries(FIELDS).map(([name, fields]) => [name, `${BLOB} { ${fields} } } } }`] as const);
  const ruled = async (work: () => Promise<void>) => {
    grants.paths.set(one.userId!, new Map([[repositories[0]!.id, { allows: (path: string) => !path.startsWith('closed') }]]));
    try {
      await work();
    } finally {
      grants.paths.delete(one.userId!);
    }
  };

  it.each(BY_PATH)('is, in %s, what it says of files that are not there: data and message alike', async (_name, query) => {
    const [repository] = repositories as [MatrixRepository];
    const said = async (actor: Actor, path: string) =>
      JSON.stringify(await ask(world, actor, query, named(repository, path))).replaceAll(path, '<path>');
    expect(await said(one, 'closed.ts')).toContain(':');
    const before = await said(one, 'closed.ts');
    await ruled(async () => {
      for (const path of ['closed.ts', 'closed.bin']) {
        expect(await said(one, path)).toBe(await said(one, 'absent.ts'));
        expect(await said(admin, path)).not.toBe(await said(admin, 'absent.ts'));
      }
      expect(await said(one, 'closed.ts')).not.toBe(before);
      expect(await said(one, 'open.ts')).not.toBe(await said(one, 'absent.ts'));
    });
    expect(await said(one, 'closed.ts')).toBe(before);
  });

  it('is nothing in trees and comparisons, whose other files are shown', async () => {
    const [repository] = repositories as [MatrixRepository];
    const lists = surfaces.filter(({ name }) => name.startsWith('files of'));
    expect(lists).toHaveLength(2);
    await ruled(async () => {
      for (const list of lists) {
        const files = async (actor: Actor) => JSON.stringify(await list.ask(world, actor, repository)).split(word(repository)).length - 1;
        const [seen, all] = [await files(one), await files(admin)];
        expect(seen).toBeGreaterThan(0);
        expect(seen).toBeLessThan(all);
      }
    });
  });
});
