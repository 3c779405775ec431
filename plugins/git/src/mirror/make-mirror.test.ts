import { readdirSync } from 'node:fs';
import { CommitOid, RepoName, RepoPath, RevSpec, SextantError } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import type { FetchEvent, MadeFile, MadeVersion, MirrorMaker } from '../api.js';
import { aGit, collect, type TestGit } from '../testing/a-git.js';

const name = RepoName.parse('npm/anvil');
const SOURCE = { url: 'https://registry.example.com/anvil', maker: { name: 'fake', input: 'in' } };

const refused = (): SextantError =>
  new SextantError('SEXTANT_GIT_ARGUMENT_REFUSED', { what: 'No.', why: 'It is hostile.', fix: 'Leave it.', details: { refused: true } });
const aFile = (path: string, text: string, mode: MadeFile['mode'] = '100644'): MadeFile => ({ path, mode, content: Buffer.from(text) });

/** A version of these files; an error among them comes where it stands. */
const aVersion = (tag: string, ...files: readonly (MadeFile | Error)[]): MadeVersion => ({
  tag,
  content: async () => ({
    message: `anvil ${tag}\n`,
    author: { name: 'fake registry', email: 'packages@sextant.invalid' },
    date: new Date('2024-01-01T00:00:00Z'),
    files: (async function* () {
      for (const file of files) {
        if (file instanceof Error) throw file;
        yield file;
      }
    })(),
  }),
});

/** Makes what the test says, and remembers what it was asked with. */
class FakeMaker implements MirrorMaker {
  readonly name = 'fake';
  readonly asked: unknown[] = [];
  versions: readonly MadeVersion[] = [];
  latest: readonly string[] = [];
  async make(source: unknown) {
    this.asked.push(source);
    return { versions: this.versions, branches: [{ name: 'latest', tags: this.latest }] };
  }
}

async function made(maker: FakeMaker, versions: readonly MadeVersion[], latest: readonly string[], git?: TestGit) {
  maker.versions = versions;
  maker.latest = latest;
  const test = git ?? (await aGit({ makers: [maker] }));
  const done = (await test.fetch(name, SOURCE)).at(-1) as Extract<FetchEvent, { type: 'done' }>;
  return { test, done };
}
const refs = async ({ git }: TestGit): Promise<readonly string[]> =>
  (await git.refs({ repository: name, limit: 100 })).map((ref) => ref.name);
const at = async ({ git }: TestGit, revision: string): Promise<string> =>
  await git.resolve({ repository: name, revision: RevSpec.parse(revision) });

const FIRST = aVersion('v1.0.0', aFile('a.txt', 'one\n'), aFile('bin/run', '#!/bin/sh\n', '100755'), aFile('link', 'a.txt', '120000'));
const SECOND = aVersion('v1.1.0', aFile('a.txt', 'two\n'));

describe('a mirror that is made', () => {
  it('has a commit without parents for each version, and HEAD where the branch is', async () => {
    const { test, done } = await made(new FakeMaker(), [FIRST, SECOND], ['v1.1.0', 'v1.0.0']);
    expect(done).toMatchObject({ changed: true, cloned: true, head: 'latest' });
    expect(await refs(test)).toEqual(['refs/heads/latest', 'refs/tags/v1.0.0', 'refs/tags/v1.1.0']);
    expect(await at(test, 'HEAD')).toBe(await at(test, 'v1.1.0'));
    const oid = CommitOid.parse(await at(test, 'v1.0.0'));
    const commit = await test.git.commit({ repository: name, oid });
    expect([commit.parents, commit.message, commit.author.name]).toEqual([[], 'anvil v1.0.0\n', 'fake registry']);
    const modes = await Array.fromAsync(test.git.tree({ repository: name, oid, path: RepoPath.ROOT, recursive: true }));
    expect(modes.filter(({ type }) => type === 'blob').map(({ path, mode }) => [path, mode])).toEqual([
      ['a.txt', '100644'],
      ['bin/run', '100755'],
      ['link', '120000'],
    ]);
    expect(await collect(test.git.blob({ repository: name, oid, path: RepoPath.parse('a.txt') }))).toBe('one\n');
    await test.close();
  });

  it('has the same ids on every node, whatever versions it has and whenever they came', async () => {
    const { test: one } = await made(new FakeMaker(), [FIRST, SECOND], ['v1.1.0']);
    const maker = new FakeMaker();
    const { test: two } = await made(maker, [SECOND], ['v1.1.0']);
    await made(maker, [FIRST, SECOND], ['v1.1.0'], two);
    for (const tag of ['v1.0.0', 'v1.1.0']) expect(await at(two, tag)).toBe(await at(one, tag));
    await one.close();
    await two.close();
  });

  it('gets what is new, asks for nothing that it has, and loses what is no more', async () => {
    const maker = new FakeMaker();
    const { test } = await made(maker, [FIRST], ['v1.0.0']);
    const never: MadeVersion = { tag: 'v1.0.0', content: async () => Promise.reject(new Error('it has this one')) };
    expect((await made(maker, [never], ['v1.0.0'], test)).done).toMatchObject({ changed: false, cloned: false });
    expect((await made(maker, [never, SECOND], ['v1.1.0'], test)).done).toMatchObject({ changed: true, cloned: false });
    expect(await at(test, 'latest')).toBe(await at(test, 'v1.1.0'));
    expect((await made(maker, [SECOND], ['v1.1.0'], test)).done).toMatchObject({ changed: true });
    expect(await refs(test)).toEqual(['refs/heads/latest', 'refs/tags/v1.1.0']);
    await test.close();
  });

  it.each<[string, readonly (MadeFile | Error)[]]>([
    ['the maker refuses it in the middle', [aFile('a', 'x'), refused()]],
    ['a path leads out', [aFile('../x', 'x')]],
    ['a path is git’s own', [aFile('a/.git/config', 'x')]],
    ['a path is absolute', [aFile('/etc/passwd', 'x')]],
  ])('is without a version where %s, tells it, and has the others', async (_what, files) => {
    const { test, done } = await made(new FakeMaker(), [aVersion('v0.9.0', ...files), FIRST], ['v0.9.0', 'v1.0.0']);
    expect(done.leftOut).toEqual([expect.stringMatching(/^v0\.9\.0: SEXTANT_/)]);
    expect(await refs(test)).toEqual(['refs/heads/latest', 'refs/tags/v1.0.0']);
    expect(await at(test, 'HEAD')).toBe(await at(test, 'v1.0.0'));
    await test.close();
  });

  it('is not there where no version could be taken, and says why', async () => {
    const maker = new FakeMaker();
    const test = await aGit({ makers: [maker] });
    await expect(made(maker, [aVersion('v1.0.0', refused())], ['v1.0.0'], test)).rejects.toMatchObject({ why: 'It is hostile.' });
    expect(await test.git.mirror({ repository: name })).toBeNull();
    await test.close();
  });

  it('stays as it was, and leaves nothing behind, when the registry fails in the middle', async () => {
    const maker = new FakeMaker();
    const { test } = await made(maker, [FIRST], ['v1.0.0']);
    const down = new SextantError('SEXTANT_GIT_UNREACHABLE', { what: 'It is down.', fix: 'Wait.' });
    await expect(made(maker, [FIRST, SECOND, aVersion('v2.0.0', aFile('a', 'x'), down)], ['v2.0.0'], test)).rejects.toBe(down);
    expect(await refs(test)).toEqual(['refs/heads/latest', 'refs/tags/v1.0.0']);
    await made(maker, [FIRST, SECOND], ['v1.1.0'], test);
    expect(await refs(test)).toContain('refs/tags/v1.1.0');
    const leftovers = readdirSync(test.files.pathOf(name)).filter((file) => file.startsWith('fast_import_crash'));
    expect(leftovers).toEqual([]);
    await test.close();
  });

  it('keeps names of files as they are, however odd', async () => {
    const odd = ['a "quoted" name', 'back\\slash', 'line\nbreak', 'ünïcode ☂', ' blank ', 'tab\there', "'$(id)'"];
    const { test } = await made(new FakeMaker(), [aVersion('v1.0.0', ...odd.map((path) => aFile(path, path)))], ['v1.0.0']);
    const oid = CommitOid.parse(await at(test, 'v1.0.0'));
    const tree = await Array.fromAsync(test.git.tree({ repository: name, oid, path: RepoPath.ROOT }));
    expect(tree.map(({ path }) => String(path)).sort()).toEqual([...odd].sort());
    await test.close();
  });

  it.each(['-x', 'a b', 'v1..2', 'v1.lock', 'refs/heads/x', 'v1\nreset refs/heads/x'])(
    'has no tag that is called %j (row 1)',
    async (tag) => {
      const maker = new FakeMaker();
      const test = await aGit({ makers: [maker] });
      await expect(made(maker, [aVersion(tag, aFile('a', 'x'))], [], test)).rejects.toMatchObject({ code: 'SEXTANT_GIT_ARGUMENT_REFUSED' });
      await test.close();
    },
  );

  it('is told apart from one whose maker does not run', async () => {
    const test = await aGit();
    await expect(test.fetch(name, SOURCE)).rejects.toMatchObject({ code: 'SEXTANT_GIT_NO_MAKER' });
    await test.close();
  });
});
