import { RepoName, RepoPath, RevSpec } from '@sextant/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allOf } from './reads/all-of.js';
import { aGit, collect, type Mirrored, type TestGit } from './testing/a-git.js';

let test: TestGit;
beforeAll(async () => {
  test = await aGit();
});
afterAll(() => test.close());
const at = (repo: Mirrored, path = '') => ({ repository: repo.name, oid: repo.head, path: RepoPath.parse(path) });

describe('row 3: paths that lead elsewhere', () => {
  it.each([
    '../x',
    'a/../../x',
    '%2e%2e%2fetc',
    '..\\x',
    'a\0b',
    '/etc/passwd',
    'file\r',
    'a/./b',
    '\ufffd',
    'a'.repeat(5000),
    'C:\\x',
    '%2e%2e/x',
  ])('refuses %j before anything is looked up', (path) => {
    expect(() => RepoPath.parse(path)).toThrow(expect.objectContaining({ code: 'SEXTANT_VALUE_PATH', status: 400 }));
  });
});

describe('row 4: links and submodules', () => {
  let repo: Mirrored;
  beforeAll(async () => {
    repo = await test.mirror('links', {
      commits: [
        {
          files: {
            real: 'text\n',
            environ: { mode: '120000', content: '/proc/self/environ' },
            up: { mode: '120000', content: '../../../../etc/passwd' },
            folder: { mode: '120000', content: 'dir' },
            'dir/x': 'x\n',
            module: { mode: '160000', content: '1'.repeat(40) },
            '.gitmodules': '[submodule "odd name"]\n\tpath = module\n\turl = https://example.com/m.git\n[submodule "x"]\n\tpath = -evil\n',
          },
        },
      ],
    });
  });

  it.each([
    ['environ', '/proc/self/environ'],
    ['up', '../../../../etc/passwd'],
  ])('shows %s as the text of the link', async (path, target) => {
    expect(await test.git.entry(at(repo, path))).toMatchObject({ mode: '120000', type: 'blob', size: target.length });
    expect(await collect(test.git.blob(at(repo, path)))).toBe(target);
  });

  it('does not walk through a link to a folder', async () => {
    expect(await test.git.entry(at(repo, 'folder/x'))).toBeNull();
    await expect(collect(test.git.blob(at(repo, 'folder/x')))).rejects.toMatchObject({ code: 'SEXTANT_GIT_PATH_NOT_FOUND' });
    await expect(allOf(test.git.tree(at(repo, 'folder')))).rejects.toMatchObject({ code: 'SEXTANT_GIT_PATH_NOT_FOUND' });
  });

  it('lists a submodule as a commit with its URL, and nothing below it', async () => {
    expect(await test.git.entry(at(repo, 'module'))).toEqual({
      path: 'module',
      oid: '1'.repeat(40),
      type: 'commit',
      mode: '160000',
      submoduleUrl: 'https://example.com/m.git',
    });
    expect((await allOf(test.git.tree(at(repo)))).find((e) => e.path === 'module')).toMatchObject({
      type: 'commit',
      submoduleUrl: 'https://example.com/m.git',
    });
    await expect(collect(test.git.blob(at(repo, 'module')))).rejects.toMatchObject({ code: 'SEXTANT_GIT_PATH_NOT_FOUND' });
    expect(await test.git.entry(at(repo, 'module/x'))).toBeNull();
  });

  it('keeps links as links in an archive', async () => {
    const tar = await collect(test.git.archive({ repository: repo.name, oid: repo.head, format: 'tar' }));
    expect(tar).toContain('/proc/self/environ');
    expect(tar).not.toContain('PATH=');
  });
});

describe('row 5: names of files', () => {
  const names = [
    '<img src=x onerror=alert(1)>',
    '\u202Egpj.exe',
    'a\nb',
    'a,b',
    '100%',
    '%2e%2e',
    'a b ',
    ' lead',
    '💥.ts',
    '"quoted"',
    'back\\slash',
    '-rf',
    '--output=x',
    ':(glob)*',
    '*.ts',
    '[a]',
    'tab\there',
    '@{u}',
    'é\u0301',
    `${`${'d'.repeat(200)}/`.repeat(18)}deep`,
  ].filter(RepoPath.is);
  let repo: Mirrored;
  beforeAll(async () => {
    repo = await test.mirror('names', {
      commits: [
        { files: Object.fromEntries(names.map((name, i) => [name, `content ${i}\n`])) },
        { files: Object.fromEntries(names.map((name, i) => [name, `content ${i}\nmore\n`])) },
      ],
    });
  });

  it('lists each as it is', async () => {
    const listed = (await allOf(test.git.tree({ ...at(repo), recursive: true })))
      .filter((e) => e.type === 'blob')
      .map((e) => e.path as string);
    expect(listed.sort()).toEqual([...names].sort());
  });

  it.each(names.map((name, i) => [name.slice(0, 40), i] as const))('reads, blames, logs and compares %j', async (_short, i) => {
    const name = names[i]!;
    const path = RepoPath.parse(name);
    expect(await test.git.entry(at(repo, name))).toMatchObject({ path: name, type: 'blob' });
    expect(await collect(test.git.blob(at(repo, name)))).toBe(`content ${i}\nmore\n`);
    expect((await test.git.blame(at(repo, name))).map((h) => h.filename)).toEqual([name, name]);
    const log = await allOf(test.git.log({ repository: repo.name, from: [repo.head], path, limit: 5 }));
    expect(log).toHaveLength(2);
    const base = log[1]!.oid;
    expect(await allOf(test.git.diff({ repository: repo.name, base, head: repo.head, paths: [path] }))).toMatchObject([
      { oldPath: name, newPath: name, added: 1 },
    ]);
    expect(await collect(test.git.archive({ repository: repo.name, oid: repo.head, path, format: 'tar' }))).toContain(`content ${i}\n`);
  });

  it('gives the same names for changes', async () => {
    const base = await test.git.resolve({ repository: repo.name, revision: RevSpec.parse('HEAD~1') });
    expect(
      (await allOf(test.git.changedPaths({ repository: repo.name, base, head: repo.head }))).map((c) => c.path as string).sort(),
    ).toEqual([...names].sort());
    expect((await allOf(test.git.diff({ repository: repo.name, base, head: repo.head }))).map((f) => f.newPath!).sort()).toEqual(
      [...names].sort(),
    );
    const [last] = await allOf(test.git.logWithDiffs({ repository: repo.name, from: [repo.head], limit: 1 }));
    expect(last!.files.map((f) => f.newPath!).sort()).toEqual([...names].sort());
  });
});

describe('row 6: names of branches and tags', () => {
  const names = ['a|b', 'a;id', 'a$(id)', 'a@b', '#1', 'grün/ü', 'a&b', "it's", 'a`b', 'x=y', '日本'];
  let repo: Mirrored;
  beforeAll(async () => {
    repo = await test.mirror('refs', {
      commits: [{ files: { f: '1\n' } }, { files: { f: '2\n' } }],
      branches: { ...Object.fromEntries(names.map((name) => [name, ':1'])), both: ':1' },
      tags: { both: ':2' },
    });
  });

  it.each(names)('lists and resolves %s', async (name) => {
    const found = await test.git.refs({ repository: repo.name, query: name, limit: 5 });
    expect(found).toMatchObject([{ name: `refs/heads/${name}`, shortName: name, type: 'branch' }]);
    expect(await test.git.resolve({ repository: repo.name, revision: RevSpec.parse(name) })).toBe(found[0]!.target);
  });

  it('takes the tag where a branch has the same name, as git does, and the branch by its whole name', async () => {
    const resolve = (rev: string) => test.git.resolve({ repository: repo.name, revision: RevSpec.parse(rev) });
    expect(await resolve('both')).toBe(repo.head);
    expect(await resolve('refs/heads/both')).toBe(await resolve('HEAD~1'));
    expect(await test.git.refs({ repository: repo.name, query: 'both', limit: 5 })).toHaveLength(2);
  });
});

describe('other repositories than the usual', () => {
  it('reads one with SHA-256 hashes', async () => {
    const repo = await test.mirror('sha256', { sha256: true, commits: [{ files: { 'a/b.txt': 'x\n' } }, { files: { 'a/b.txt': 'y\n' } }] });
    expect(repo.head).toMatch(/^[0-9a-f]{64}$/);
    expect(await test.git.entry(at(repo, 'a/b.txt'))).toMatchObject({ size: 2 });
    expect(await collect(test.git.blob(at(repo, 'a/b.txt')))).toBe('y\n');
    expect(await test.git.blame(at(repo, 'a/b.txt'))).toHaveLength(1);
    expect(await allOf(test.git.diff({ repository: repo.name, base: null, head: repo.head }))).toHaveLength(1);
    expect(await allOf(test.git.logWithDiffs({ repository: repo.name, from: [repo.head], limit: 5 }))).toHaveLength(2);
  });

  it('neither blames nor compares the lines of a file that git would have to hold whole (row 14)', async () => {
    const big = (line: string) => Buffer.alloc(33 * 1024 * 1024, line);
    const repo = await test.mirror('big', { commits: [{ files: { 'a.txt': big('a\n') } }, { files: { 'a.txt': big('b\n') } }] });
    await expect(test.git.blame(at(repo, 'a.txt'))).rejects.toMatchObject({ code: 'SEXTANT_GIT_TOO_LARGE' });
    const base = await test.git.resolve({ repository: repo.name, revision: RevSpec.parse('HEAD~1') });
    expect(await allOf(test.git.diff({ repository: repo.name, base, head: repo.head }))).toMatchObject([
      { newPath: 'a.txt', binary: true },
    ]);
  });

  it('answers for an empty one', async () => {
    const repo = await test.mirror('empty', { commits: [] });
    expect(await test.git.defaultBranch({ repository: repo.name })).toBeNull();
    expect(await test.git.refs({ repository: repo.name, limit: 5 })).toEqual([]);
    expect(await test.git.contributors({ repository: repo.name, limit: 5 })).toEqual([]);
    expect(await test.git.mirror({ repository: repo.name })).toMatchObject({ corrupt: null });
    await expect(test.git.resolve({ repository: repo.name, revision: RevSpec.HEAD })).rejects.toMatchObject({
      code: 'SEXTANT_GIT_REVISION_NOT_FOUND',
    });
  });

  it('gives in an archive what was committed, whatever the attributes say', async () => {
    const repo = await test.mirror('attributes', {
      commits: [
        {
          files: {
            '.gitattributes': 'hidden export-ignore\nversion export-subst\n*.txt text eol=crlf\n',
            hidden: 'here\n',
            version: '$Format:%H$\n',
            'a.txt': 'one\ntwo\n',
          },
        },
      ],
    });
    const tar = await collect(test.git.archive({ repository: repo.name, oid: repo.head, format: 'tar' }));
    expect(tar).toContain('here\n');
    expect(tar).toContain('$Format:%H$');
    expect(tar).toContain('one\ntwo\n');
  });

  it('pages through a hundred thousand refs in order, without losing one', { timeout: 60_000 }, async () => {
    const repo = await test.mirror('many', {});
    const { writeFileSync } = await import('node:fs');
    const names = Array.from({ length: 100_000 }, (_, i) => `refs/heads/b/${String(i).padStart(6, '0')}`);
    writeFileSync(
      `${test.files.pathOf(repo.name)}/packed-refs`,
      `# pack-refs with: peeled fully-peeled sorted \n${names.map((n) => `${repo.head} ${n}\n`).join('')}${repo.head} refs/heads/main\n`,
    );
    const page = (after?: string) => test.git.refs({ repository: RepoName.parse('many'), limit: 1_000, ...(after ? { after } : {}) });
    expect((await page()).map((r) => r.name)).toEqual(names.slice(0, 1_000));
    expect((await page(names[49_999])).map((r) => r.name)).toEqual(names.slice(50_000, 51_000));
    expect((await page(names[99_998])).map((r) => r.name)).toEqual([names[99_999], 'refs/heads/main']);
  });
});
