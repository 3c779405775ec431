import { type CommitOid, RepoName, RepoPath, RevSpec } from '@sextant/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allOf } from './reads/all-of.js';
import { aGit, collect, type Mirrored, type TestGit } from './testing/a-git.js';

let test: TestGit;
let repo: Mirrored;
const path = RepoPath.parse;
const at = (p = '') => ({ repository: repo.name, oid: repo.head, path: path(p) });

beforeAll(async () => {
  test = await aGit();
  repo = await test.mirror('github.com/acme/Widgets', {
    commits: [
      {
        message: 'Begin\n\nWith a body.\n',
        files: { 'README.md': '# Widgets\n', 'src/a.ts': 'one\ntwo\nthree\n', 'src/old.ts': 'x\n'.repeat(20) },
      },
      { message: 'Change two', author: 'Bob <bob@example.com>', files: { 'src/a.ts': 'one\nTWO\nthree\nfour\n' } },
      {
        message: 'Move',
        files: { 'src/old.ts': null, 'src/new.ts': 'x\n'.repeat(20), 'bin/x': { mode: '100755', content: '#!/bin/sh\n' } },
      },
      { branch: 'feature/x', message: 'On the side', files: { 'side.txt': 'side\n' } },
    ],
    tags: { 'v1.0': ':1' },
  });
});
afterAll(() => test.close());

describe('resolving', () => {
  it('gives the commit of a branch, tag, hash, short hash and suffix', async () => {
    for (const revision of ['main', 'HEAD', 'refs/heads/main', repo.head, repo.head.slice(0, 8), 'feature/x~1']) {
      expect(await test.git.resolve({ repository: repo.name, revision: RevSpec.parse(revision) }), revision).toBe(repo.head);
    }
  });

  it('tells a revision that does not exist from a repository that is not cloned', async () => {
    await expect(test.git.resolve({ repository: repo.name, revision: RevSpec.parse('nope') })).rejects.toMatchObject({
      code: 'SEXTANT_GIT_REVISION_NOT_FOUND',
    });
    await expect(test.git.resolve({ repository: RepoName.parse('nobody/knows'), revision: RevSpec.HEAD })).rejects.toMatchObject({
      code: 'SEXTANT_GIT_NOT_CLONED',
    });
  });

  it('resolves many at once and leaves null for what is not there', async () => {
    const items = [
      { repository: repo.name, revision: RevSpec.parse('main') },
      { repository: RepoName.parse('nobody/knows'), revision: RevSpec.HEAD },
      { repository: repo.name, revision: RevSpec.parse('nope') },
    ];
    expect(await test.git.resolveMany({ items })).toEqual([repo.head, null, null]);
  });

  it('names the default branch', async () => {
    expect(await test.git.defaultBranch({ repository: repo.name })).toEqual({ name: 'main', target: repo.head });
  });
});

describe('trees and files', () => {
  it('lists one level, with sizes and modes', async () => {
    const entries = await allOf(test.git.tree(at()));
    expect(entries.map((e) => [e.path, e.type, e.mode, e.size])).toEqual([
      ['README.md', 'blob', '100644', 10],
      ['bin', 'tree', '040000', undefined],
      ['src', 'tree', '040000', undefined],
    ]);
  });

  it('lists everything below a folder, bounded', async () => {
    expect((await allOf(test.git.tree({ ...at(), recursive: true }))).map((e) => e.path)).toEqual([
      'README.md',
      'bin',
      'bin/x',
      'src',
      'src/a.ts',
      'src/new.ts',
    ]);
    expect((await allOf(test.git.tree({ ...at('src'), recursive: true, limit: 1 }))).map((e) => e.path)).toEqual(['src/a.ts']);
  });

  it('finds one entry, or none', async () => {
    expect(await test.git.entry(at('bin/x'))).toMatchObject({ path: 'bin/x', mode: '100755', type: 'blob', size: 10 });
    expect(await test.git.entry(at('src'))).toMatchObject({ type: 'tree', mode: '040000' });
    expect(await test.git.entry(at(''))).toMatchObject({ type: 'tree' });
    expect(await test.git.entry(at('src/none'))).toBeNull();
    expect(await test.git.entry(at('README.md/none'))).toBeNull();
  });

  it('reads a file whole and by range', async () => {
    expect(await collect(test.git.blob(at('src/a.ts')))).toBe('one\nTWO\nthree\nfour\n');
    expect(await collect(test.git.blob({ ...at('src/a.ts'), start: 4, end: 7 }))).toBe('TWO');
    expect(await collect(test.git.blob({ ...at('src/a.ts'), start: 14, end: 999 }))).toBe('four\n');
    await expect(collect(test.git.blob({ ...at('src/a.ts'), start: 99 }))).rejects.toMatchObject({ code: 'SEXTANT_GIT_RANGE' });
    await expect(collect(test.git.blob(at('src')))).rejects.toMatchObject({ code: 'SEXTANT_GIT_PATH_NOT_FOUND' });
  });

  it('reads many blobs as frames and says which are missing', async () => {
    const oid = (await test.git.entry(at('README.md')))!.oid;
    const none = '0'.repeat(40);
    expect(await collect(test.git.blobs({ repository: repo.name, oids: [oid, none, oid] }))).toBe(
      `${oid} 10\n# Widgets\n\n${none} missing\n${oid} 10\n# Widgets\n\n`,
    );
  });

  it('goes on answering after a reader left a file in the middle', async () => {
    for (let i = 0; i < 10; i++) for await (const _ of test.git.blob(at('src/new.ts'))) break;
    expect(await collect(test.git.blob(at('README.md')))).toBe('# Widgets\n');
  });
});

describe('history', () => {
  const log = async (o: Partial<Parameters<TestGit['git']['log']>[0]> = {}) =>
    (await allOf(test.git.log({ repository: repo.name, from: [repo.head], limit: 10, ...o }))).map((c) => c.message.split('\n')[0]);

  it('reads a commit with its people, dates and whole message', async () => {
    const first = await test.git.resolve({ repository: repo.name, revision: RevSpec.parse('v1.0') });
    expect(await test.git.commit({ repository: repo.name, oid: first })).toEqual({
      oid: first,
      parents: [],
      author: { name: 'Ada', email: 'ada@example.com', date: '2023-11-14T22:13:20Z' },
      committer: { name: 'Ada', email: 'ada@example.com', date: '2023-11-14T22:13:20Z' },
      message: 'Begin\n\nWith a body.\n',
    });
    await expect(test.git.commit({ repository: repo.name, oid: '1'.repeat(40) as CommitOid })).rejects.toMatchObject({
      code: 'SEXTANT_GIT_REVISION_NOT_FOUND',
    });
  });

  it('lists newest first, by path, author, words, dates, with paging', async () => {
    expect(await log()).toEqual(['Move', 'Change two', 'Begin']);
    expect(await log({ path: path('src/a.ts') })).toEqual(['Change two', 'Begin']);
    expect(await log({ author: '^bob <bob@' })).toEqual(['Change two']);
    expect(await log({ query: 'BODY' })).toEqual(['Begin']);
    expect(await log({ skip: 1, limit: 1 })).toEqual(['Change two']);
    expect(await log({ author: 'ada', skip: 1, limit: 1 })).toEqual(['Begin']);
    expect(await log({ after: '2023-11-14T22:13:21Z' })).toEqual(['Move', 'Change two']);
    expect(await log({ before: '2023-11-14T22:13:20Z' })).toEqual(['Begin']);
    expect(await log({ path: path('src/new.ts'), follow: true })).toEqual(['Move', 'Begin']);
    expect(await log({ not: [await test.git.resolve({ repository: repo.name, revision: RevSpec.parse('HEAD~1') })] })).toEqual(['Move']);
  });

  it('gives commits with their changes', async () => {
    const found = await allOf(test.git.logWithDiffs({ repository: repo.name, from: [repo.head], limit: 10 }));
    expect(
      found.map(({ commit, files }) => [commit.message.split('\n')[0], files.map((f) => [f.oldPath, f.newPath, f.added, f.deleted])]),
    ).toEqual([
      [
        'Move',
        [
          [null, 'bin/x', 1, 0],
          ['src/old.ts', 'src/new.ts', 0, 0],
        ],
      ],
      ['Change two', [['src/a.ts', 'src/a.ts', 2, 1]]],
      [
        'Begin',
        [
          [null, 'README.md', 1, 0],
          [null, 'src/a.ts', 3, 0],
          [null, 'src/old.ts', 20, 0],
        ],
      ],
    ]);
  });

  it('blames lines', async () => {
    const hunks = await test.git.blame(at('src/a.ts'));
    expect(hunks.map((h) => [h.startLine, h.endLine, h.author.name, h.message, h.filename])).toEqual([
      [1, 1, 'Ada', 'Begin', 'src/a.ts'],
      [2, 2, 'Bob', 'Change two', 'src/a.ts'],
      [3, 3, 'Ada', 'Begin', 'src/a.ts'],
      [4, 4, 'Bob', 'Change two', 'src/a.ts'],
    ]);
    expect(await test.git.blame({ ...at('src/a.ts'), startLine: 2, endLine: 3 })).toHaveLength(2);
    expect((await test.git.blame(at('src/new.ts')))[0]).toMatchObject({ startLine: 1, endLine: 20, filename: 'src/old.ts' });
  });

  it('compares', async () => {
    const [first, side] = await Promise.all(
      ['v1.0', 'feature/x'].map((r) => test.git.resolve({ repository: repo.name, revision: RevSpec.parse(r) })),
    );
    const repository = repo.name;
    const diff = await allOf(test.git.diff({ repository, base: first!, head: repo.head }));
    expect(diff.map((f) => [f.oldPath, f.newPath])).toEqual([
      [null, 'bin/x'],
      ['src/a.ts', 'src/a.ts'],
      ['src/old.ts', 'src/new.ts'],
    ]);
    expect(diff[1]!.hunks).toEqual([
      { oldStart: 1, oldLines: 3, newStart: 1, newLines: 4, section: '', body: ' one\n-two\n+TWO\n three\n+four\n' },
    ]);
    expect(await allOf(test.git.diff({ repository, base: null, head: first!, paths: [path('src')] }))).toHaveLength(2);
    expect(await allOf(test.git.changedPaths({ repository, base: first!, head: repo.head }))).toEqual([
      { path: 'bin/x', status: 'A' },
      { path: 'src/a.ts', status: 'M' },
      { path: 'src/new.ts', status: 'A' },
      { path: 'src/old.ts', status: 'D' },
    ]);
    expect(await test.git.mergeBase({ repository, a: side!, b: repo.head })).toBe(repo.head);
    expect(await test.git.aheadBehind({ repository, a: side!, b: first! })).toEqual({ ahead: 3, behind: 0 });
  });

  it('counts contributors', async () => {
    expect(await test.git.contributors({ repository: repo.name, limit: 10 })).toEqual([
      { name: 'Ada', email: 'ada@example.com', count: 2 },
      { name: 'Bob', email: 'bob@example.com', count: 1 },
    ]);
    expect(await test.git.contributors({ repository: repo.name, limit: 10, path: path('README.md') })).toHaveLength(1);
  });

  it('lists refs by page, kind and words', async () => {
    const refs = (o: object) => test.git.refs({ repository: repo.name, limit: 10, ...o }).then((found) => found.map((r) => r.name));
    expect(await refs({})).toEqual(['refs/heads/feature/x', 'refs/heads/main', 'refs/tags/v1.0']);
    expect(await refs({ type: 'tag' })).toEqual(['refs/tags/v1.0']);
    expect(await refs({ query: 'FEAT' })).toEqual(['refs/heads/feature/x']);
    expect(await refs({ limit: 1, after: 'refs/heads/feature/x' })).toEqual(['refs/heads/main']);
  });
});
