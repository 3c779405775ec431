import { type Actor, encodeNodeId, RepoName } from '@sextant/sdk';
import { at } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aGit, type Mirrored, type TestGit } from '../../testing/a-git.js';
import { aKnownRepository, anApi, aPerson } from '../../testing/an-api.js';
import { commitNode, refNode } from './nodes.js';
import { aGraphQL } from './testing/a-graphql.js';

let test: TestGit;
let repo: Mirrored;
let api: ReturnType<typeof anApi>;
let ask: Awaited<ReturnType<typeof aGraphQL>>;
const admin = aPerson({ siteAdmin: true });

beforeAll(async () => {
  test = await aGit();
  repo = await test.mirror('github.com/acme/widgets', {
    commits: [
      { message: 'Begin\n\nA body.\n', files: { 'src/a.ts': 'one\ntwo\nthree\n', 'b.txt': 'b\n', secret: 's\n' } },
      { message: 'Change', author: 'Bob <bob@example.com>', files: { 'src/a.ts': 'one\n2\nthree\n', secret: 't\n' } },
      {
        message: 'Odd things',
        files: {
          link: { mode: '120000', content: 'b.txt' },
          mod: { mode: '160000', content: '1'.repeat(40) },
          '.gitmodules': '[submodule "mod"]\n\tpath = mod\n\turl = https://x/m\n',
          'big.bin': Buffer.from([0, 1]),
          lfs: 'version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 7\n',
        },
      },
    ],
    tags: { v1: ':1', v2: ':2' },
  });
  await test.mirror('hidden');
  const lines = 'one\ntwo\nthree\nfour\n';
  await test.mirror('moved', { commits: [{ files: { secret: lines } }, { files: { secret: null, open: `${lines}five\n` } }] });
  const known = ['github.com/acme/widgets', 'hidden', 'fresh', 'moved'].map((name, i) => aKnownRepository(i + 1, RepoName.parse(name)));
  api = anApi(test.git, known, {
    hidden: [2],
    hiddenPaths: new Map([
      [1, ['secret']],
      [4, ['secret']],
    ]),
  });
  ask = await aGraphQL(api.deps, [commitNode(api.deps), refNode(api.deps)]);
});
afterAll(() => test.close());

const W = 'github.com/acme/widgets';
const repository = async (fields: string, name = W): Promise<unknown> => {
  const { data, errors } = await ask(`query ($name: String!) { repository(name: $name) { ${fields} } }`, { name });
  if (errors) throw new Error(JSON.stringify(errors));
  return at(data, 'repository');
};
/** What stands at `path` of the repository, which is asked for these fields. */
const found = async (path: string, fields: string): Promise<unknown> => at(await repository(fields), path);

describe('commits', () => {
  it('names all files that the viewer may see', async () => {
    expect(await found('commit.fileNames', 'commit(rev: "v1") { fileNames }')).toEqual(['b.txt', 'src/a.ts']);
  });

  it('tells whose a proved address is to its owner and to site admins only', async () => {
    const bob = { id: 7, username: 'bob', avatarUrl: 'https://pictures.example/bob.png' };
    const asked: (readonly string[])[] = [];
    const accounts = {
      byVerifiedEmails: async (emails: readonly string[]) => {
        asked.push(emails);
        return new Map(emails.flatMap((email) => (email === 'bob@example.com' ? [[email, bob] as const] : [])));
      },
    };
    const knowing = await aGraphQL({ ...api.deps, accounts: accounts as never });
    const query = `{ repository(name: "${W}") { commit(rev: "v2") { ancestors(first: 2) { nodes { author { person { user { username } avatarURL } } } } } } }`;
    const people = async (actor: Actor) =>
      (at((await knowing(query, {}, actor)).data, 'repository.commit.ancestors.nodes') as { author: { person: unknown } }[]).map(
        ({ author }) => author.person,
      );
    const [nobody, himself] = [
      { user: null, avatarURL: null },
      { user: { username: 'bob' }, avatarURL: bob.avatarUrl },
    ];
    expect(await people(admin)).toContainEqual(himself);
    expect(await people(aPerson({ userId: 7 }))).toContainEqual(himself);
    expect(await people(aPerson({ userId: 8 }))).toEqual([nobody, nobody]);
    // Once for all commits of an operation.
    expect(asked).toHaveLength(3);
  });

  it('answers what the field asks of a commit', async () => {
    const commit = await found(
      'commit',
      'commit(rev: "v1") { oid abbreviatedOID subject body message author { date person { name email displayName } } parents { oid } url canonicalURL externalURLs { url } repository { name } }',
    );
    const oid = repo.source.git('rev-parse', 'v1');
    expect(commit).toEqual({
      oid,
      abbreviatedOID: oid.slice(0, 7),
      subject: 'Begin',
      body: 'A body.',
      message: 'Begin\n\nA body.\n',
      author: { date: '2023-11-14T22:13:20Z', person: { name: 'Ada', email: 'ada@example.com', displayName: 'Ada' } },
      parents: [],
      url: `/${W}/-/commit/${oid}`,
      canonicalURL: `/${W}/-/commit/${oid}`,
      externalURLs: [],
      repository: { name: W },
    });
  });

  it('is null for a revision that is not there, and an error for one that cannot be', async () => {
    expect(await repository('commit(rev: "none") { oid }')).toEqual({ commit: null });
    const { errors } = await ask(`{ repository(name: "${W}") { commit(rev: "--output=/x") { oid } } }`);
    expect(errors![0]!.extensions).toMatchObject({ code: 'SEXTANT_VALUE_REVISION' });
  });

  it('pages through ancestors', async () => {
    const first = await found(
      'commit.ancestors',
      'commit(rev: "HEAD") { ancestors(first: 2) { nodes { subject } pageInfo { hasNextPage endCursor } } }',
    );
    expect(first).toMatchObject({ nodes: [{ subject: 'Odd things' }, { subject: 'Change' }], pageInfo: { hasNextPage: true } });
    const second = await found(
      'commit.ancestors',
      `commit(rev: "HEAD") { ancestors(first: 2, afterCursor: "${at(first, 'pageInfo.endCursor')}") { nodes { subject } pageInfo { hasNextPage endCursor } } }`,
    );
    expect(second).toEqual({ nodes: [{ subject: 'Begin' }], pageInfo: { hasNextPage: false, endCursor: null } });
    expect(
      await found('commit.ancestors.nodes', 'commit(rev: "HEAD") { ancestors(path: "src/a.ts", author: "bob") { nodes { subject } } }'),
    ).toEqual([{ subject: 'Change' }]);
  });

  it('is found by its id, through the wall', async () => {
    const id = await found('commit.id', 'commit(rev: "HEAD") { id }');
    const node = (given: unknown) =>
      ask('query ($id: ID!) { node(id: $id) { id ... on GitCommit { oid } ... on GitRef { displayName } } }', { id: given }).then(
        ({ data }) => at(data, 'node'),
      );
    expect(await node(id)).toEqual({ id, oid: repo.head });
    const ref = await found('tags.nodes.0.id', 'tags { nodes { id } }');
    expect(await node(ref)).toEqual({ id: ref, displayName: 'v1' });
    const hidden = await test.git.defaultBranch({ repository: RepoName.parse('hidden') });
    for (const other of [
      encodeNodeId('GitCommit', `2:${hidden!.target}`),
      encodeNodeId('GitCommit', `1:${'0'.repeat(40)}`),
      encodeNodeId('GitCommit', '1:--x'),
      encodeNodeId('GitRef', '2:refs/heads/main'),
    ]) {
      expect(await node(other)).toBeNull();
    }
  });
});

describe('files and folders', () => {
  it('lists a tree with its kinds', async () => {
    const tree = await found(
      'commit.tree',
      'commit(rev: "v2") { tree { isRoot url entries { __typename path name isDirectory url } files { path } directories { path } } }',
    );
    expect(at(tree, 'isRoot')).toBe(true);
    expect(at(tree, 'url')).toBe(`/${W}@v2`);
    expect(at(tree, 'entries')).toEqual([
      { __typename: 'GitBlob', path: 'b.txt', name: 'b.txt', isDirectory: false, url: `/${W}@v2/-/blob/b.txt` },
      { __typename: 'GitTree', path: 'src', name: 'src', isDirectory: true, url: `/${W}@v2/-/tree/src` },
    ]);
    expect(at(tree, 'directories')).toEqual([{ path: 'src' }]);
    expect(
      await found(
        'commit',
        'commit(rev: "v2") { tree(path: "src", recursive: true) { entries(first: 1) { path } rawZipArchiveURL } none: tree(path: "b.txt") { path } }',
      ),
    ).toEqual({
      tree: { entries: [{ path: 'src/a.ts' }], rawZipArchiveURL: `/${W}@v2/-/raw/src?format=zip` },
      none: null,
    });
  });

  it('reads a file, its lines and who wrote them', async () => {
    const blob = await found(
      'commit.blob',
      'commit(rev: "v2") { blob(path: "src/a.ts") { content line: content(startLine: 2, endLine: 2) byteSize totalLines binary mode rawURL commit { oid } blame(startLine: 2, endLine: 2) { startLine endLine rev filename message author { person { name } } commit { oid } } } }',
    );
    expect(blob).toMatchObject({
      content: 'one\n2\nthree\n',
      line: '2\n',
      byteSize: 12,
      totalLines: 3,
      binary: false,
      mode: '100644',
      rawURL: `/${W}@v2/-/raw/src/a.ts`,
    });
    expect(at(blob, 'blame')).toEqual([
      {
        startLine: 2,
        endLine: 2,
        rev: at(blob, 'commit.oid'),
        filename: 'src/a.ts',
        message: 'Change',
        author: { person: { name: 'Bob' } },
        commit: { oid: at(blob, 'commit.oid') },
      },
    ]);
  });

  it('tells of no hidden file that lines of a file were in before', async () => {
    const hunks = at(
      await repository('commit(rev: "HEAD") { blob(path: "open") { blame { filename rev } } }', 'moved'),
      'commit.blob.blame',
    ) as { readonly filename: string; readonly rev: string }[];
    expect(new Set(hunks.map(({ rev }) => rev)).size).toBe(2);
    expect(hunks.map(({ filename }) => filename)).toEqual(['open', 'open']);
  });

  it('row 4: shows a link as its text and a submodule as a commit', async () => {
    const commit = await found(
      'commit',
      'commit(rev: "HEAD") { link: blob(path: "link") { content mode } mod: path(path: "mod") { __typename submodule { url commit path } ... on GitTree { entries { path } } } bin: blob(path: "big.bin") { binary } lfs: file(path: "lfs") { lfs { byteSize } } }',
    );
    expect(at(commit, 'link')).toEqual({ content: 'b.txt', mode: '120000' });
    expect(at(commit, 'mod')).toEqual({
      __typename: 'GitTree',
      submodule: { url: 'https://x/m', commit: '1'.repeat(40), path: 'mod' },
      entries: [],
    });
    expect([at(commit, 'bin.binary'), at(commit, 'lfs.lfs.byteSize')]).toEqual([true, '7']);
  });

  it('leaves out what a rule hides, everywhere', async () => {
    const seen = await repository(
      'commit(rev: "v2") { tree { entries { path } } blob(path: "secret") { content } path(path: "secret") { path } ancestors(path: "secret") { nodes { oid } } diff { fileDiffs { nodes { newPath } rawDiff totalCount } } } comparison(base: "v1", head: "v2") { fileDiffs { nodes { newPath } } }',
    );
    expect(at(seen, 'commit.tree.entries.*.path')).not.toContain('secret');
    expect(['blob', 'path', 'ancestors.nodes'].map((path) => at(seen, `commit.${path}`))).toEqual([null, null, []]);
    expect(at(seen, 'commit.diff.fileDiffs')).toMatchObject({ nodes: [{ newPath: 'src/a.ts' }], totalCount: 1 });
    expect(at(seen, 'commit.diff.fileDiffs.rawDiff')).not.toContain('secret');
    expect(at(seen, 'comparison.fileDiffs.nodes')).toEqual([{ newPath: 'src/a.ts' }]);
  });

  it('row 3: refuses a path that leads elsewhere', async () => {
    const { errors } = await ask(`{ repository(name: "${W}") { commit(rev: "HEAD") { blob(path: "../../etc/passwd") { content } } } }`);
    expect(errors![0]!.extensions).toMatchObject({ code: 'SEXTANT_VALUE_PATH' });
  });
});

describe('comparing', () => {
  it('gives commits, hunks and a patch', async () => {
    const comparison = await found(
      'comparison',
      'comparison(base: "v1", head: "v2") { range { expr baseRevSpec { expr } headRevSpec { expr oid } mergeBase { oid } } commits { nodes { subject } } fileDiffs { totalCount diffStat { added deleted } rawDiff nodes { oldPath newPath newFile { byteSize } hunks { oldRange { startLine lines } newRange { startLine lines } section body } stat { added deleted } } } }',
    );
    expect(at(comparison, 'range')).toMatchObject({
      expr: 'v1...v2',
      baseRevSpec: { expr: 'v1' },
      mergeBase: { oid: repo.source.git('rev-parse', 'v1') },
    });
    expect(at(comparison, 'commits.nodes')).toEqual([{ subject: 'Change' }]);
    expect(at(comparison, 'fileDiffs')).toMatchObject({ totalCount: 1, diffStat: { added: 1, deleted: 1 } });
    expect(at(comparison, 'fileDiffs.rawDiff')).toContain('--- a/src/a.ts\n+++ b/src/a.ts\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n');
    expect(at(comparison, 'fileDiffs.nodes.0')).toMatchObject({
      newFile: { byteSize: 12 },
      hunks: [{ oldRange: { startLine: 1, lines: 3 }, section: null }],
    });
  });

  it('pages through the files of a first commit', async () => {
    const page = async (after: string) =>
      found(
        'commit.diff.fileDiffs',
        `commit(rev: "v1") { diff { fileDiffs(first: 1${after}) { totalCount nodes { oldPath newPath } pageInfo { hasNextPage endCursor } } } }`,
      );
    const first = await page('');
    expect(first).toMatchObject({ totalCount: 2, nodes: [{ oldPath: null, newPath: 'b.txt' }], pageInfo: { hasNextPage: true } });
    expect(await page(`, after: "${at(first, 'pageInfo.endCursor')}"`)).toMatchObject({
      nodes: [{ newPath: 'src/a.ts' }],
      pageInfo: { hasNextPage: false },
    });
  });

  it('names the side that is missing', async () => {
    const { errors } = await ask(`{ repository(name: "${W}") { comparison(base: "none", head: "v2") { range { expr } } } }`);
    expect(errors![0]).toMatchObject({ extensions: { code: 'SEXTANT_GIT_REVISION_NOT_FOUND' } });
    expect(errors![0]!.message).toContain('"none"');
  });
});

describe('names and people', () => {
  it('gives the default branch as src reads it', async () => {
    expect(await repository('defaultBranch { name displayName abbrevName prefix type target { oid commit { subject } } url }')).toEqual({
      defaultBranch: {
        name: 'refs/heads/main',
        displayName: 'main',
        abbrevName: 'main',
        prefix: 'refs/heads/',
        type: 'GIT_BRANCH',
        target: { oid: repo.head, commit: { subject: 'Odd things' } },
        url: `/${W}@main`,
      },
    });
    expect(await repository('defaultBranch { name }', 'fresh')).toEqual({ defaultBranch: null });
  });

  it('lists refs by date too, and says how many there are', async () => {
    const newest = 'orderBy: AUTHORED_OR_COMMITTED_AT, interactive: true';
    const first = (await repository(
      `gitRefs(first: 2, ${newest}) { totalCount nodes { name } pageInfo { hasNextPage endCursor } }`,
    )) as never;
    expect([at(first, 'gitRefs.totalCount'), at(first, 'gitRefs.pageInfo.hasNextPage')]).toEqual([3, true]);
    const rest = await repository(
      `gitRefs(first: 2, ${newest}, after: "${at(first, 'gitRefs.pageInfo.endCursor')}") { nodes { name } pageInfo { hasNextPage } }`,
    );
    const names = [...(at(first, 'gitRefs.nodes') as { name: string }[]), ...(at(rest, 'gitRefs.nodes') as { name: string }[])];
    expect([names.map(({ name }) => name).sort(), at(rest, 'gitRefs.pageInfo.hasNextPage')]).toEqual([
      ['refs/heads/main', 'refs/tags/v1', 'refs/tags/v2'],
      false,
    ]);
    expect(await found('tags.totalCount', 'tags(query: "v1") { totalCount }')).toBe(1);
  });

  it('pages through refs', async () => {
    const first = await found('gitRefs', 'gitRefs(first: 2) { nodes { name type } pageInfo { endCursor hasNextPage } }');
    expect(at(first, 'nodes')).toEqual([
      { name: 'refs/heads/main', type: 'GIT_BRANCH' },
      { name: 'refs/tags/v1', type: 'GIT_TAG' },
    ]);
    expect(
      await found(
        'gitRefs',
        `gitRefs(first: 2, after: "${at(first, 'pageInfo.endCursor')}") { nodes { name } pageInfo { endCursor hasNextPage } }`,
      ),
    ).toEqual({ nodes: [{ name: 'refs/tags/v2' }], pageInfo: { endCursor: null, hasNextPage: false } });
    expect(await repository('branches { nodes { displayName } } tags(query: "2") { nodes { displayName } }')).toEqual({
      branches: { nodes: [{ displayName: 'main' }] },
      tags: { nodes: [{ displayName: 'v2' }] },
    });
  });

  it('counts contributors', async () => {
    expect(await repository('contributors(first: 1) { totalCount nodes { count person { name } } }')).toEqual({
      contributors: { totalCount: 2, nodes: [{ count: 2, person: { name: 'Ada' } }] },
    });
  });
});

describe('mirrors', () => {
  it('asks for a fetch of what the actor may see, and of nothing else', async () => {
    api.enqueued.length = 0;
    const update = (id: number) =>
      ask('mutation ($id: ID!) { updateMirrorRepository(repository: $id) { alwaysNil } }', { id: encodeNodeId('Repository', id) });
    expect(await update(1)).toMatchObject({ data: { updateMirrorRepository: { alwaysNil: null } } });
    expect(api.enqueued).toMatchObject([{ name: 'git.fetch-repository', payload: { repositoryId: 1 } }]);
    const [hidden, missing] = [await update(2), await update(9)];
    expect(hidden.errors![0]).toEqual(missing.errors![0]);
    expect(api.enqueued).toHaveLength(1);
  });

  it('lets only site admins re-clone and count', async () => {
    const reclone = 'mutation ($id: ID!) { recloneRepository(repo: $id) { alwaysNil } }';
    const id = encodeNodeId('Repository', 1);
    expect((await ask(reclone, { id })).errors).toHaveLength(1);
    expect((await ask('{ repositoryStats { total } }')).errors).toHaveLength(1);
    expect((await ask(reclone, { id }, admin)).errors).toBeUndefined();
    expect(
      at(
        (await ask('{ repositoryStats { total cloned cloning notCloned failedFetch corrupted gitDirBytes } }', {}, admin)).data,
        'repositoryStats',
      ),
    ).toMatchObject({ total: 0, gitDirBytes: '0' });
  });

  it('says that nothing is known of a repository nobody cloned', async () => {
    expect(
      await repository(
        'mirrorInfo { cloned cloneInProgress cloneProgress updatedAt nextSyncAt lastError isCorrupted corruptionLogs { reason } byteSize shard }',
        'fresh',
      ),
    ).toEqual({
      mirrorInfo: {
        cloned: false,
        cloneInProgress: false,
        cloneProgress: null,
        updatedAt: null,
        nextSyncAt: null,
        lastError: null,
        isCorrupted: false,
        corruptionLogs: null,
        byteSize: '0',
        shard: null,
      },
    });
  });
});
