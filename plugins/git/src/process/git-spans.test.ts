import { RevSpec } from '@sextant/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { aGit, type Mirrored, type TestGit } from '../testing/a-git.js';
import { gitEnvironment } from './git-environment.js';

let test: TestGit;
let mirrored: Mirrored;
beforeAll(async () => {
  test = await aGit();
  mirrored = await test.mirror('spans/one');
});
afterAll(() => test.close());
beforeEach(() => {
  test.spans.length = 0;
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the spans of git', () => {
  it('name the subcommand, the repository and how it ended', async () => {
    for await (const _ of test.git.tree({ repository: mirrored.name, oid: mirrored.head, path: '' as never }));
    expect(test.spans).toEqual([
      { name: 'git cat-file', attributes: { 'vcs.repository.name': 'spans/one', 'sextant.git.waited_ms': expect.any(Number) } },
      {
        name: 'git ls-tree',
        attributes: {
          'vcs.repository.name': 'spans/one',
          'sextant.git.waited_ms': expect.any(Number),
          'sextant.git.bytes': expect.any(Number),
          'process.exit.code': 0,
        },
      },
    ]);
  });

  it('say the exit code of a git that failed', async () => {
    const nowhere = { gitDir: test.files.pathOf(mirrored.name), repository: mirrored.name };
    await expect(test.runner.text({ subcommand: 'ls-tree', operands: ['0'.repeat(40)] }, nowhere)).rejects.toThrow();
    expect(test.spans).toMatchObject([{ name: 'git ls-tree', attributes: { 'process.exit.code': 128 } }]);
  });

  it('stand for every process of a fetch, also while the mirror has no folder of its own yet', async () => {
    await test.fetch('spans/two', { url: mirrored.source.path, localFolder: true });
    const names = test.spans.map((span) => span.name);
    for (const name of ['git ls-remote', 'git init', 'git fetch', 'git pack-refs', 'git commit-graph']) expect(names).toContain(name);
    expect([...new Set(test.spans.map((span) => span.attributes['vcs.repository.name']))]).toEqual(['spans/two']);
  });

  it('hold nothing of the arguments: no URL, path, revision or search', async () => {
    const source = { url: 'https://ada:canary-token@127.0.0.1:1/canary-path.git', username: 'ada', password: 'canary-password' };
    await expect(test.fetch('spans/three', source)).rejects.toThrow();
    await test.git.resolve({ repository: mirrored.name, revision: RevSpec.parse('canary-revision') }).catch(() => undefined);
    for await (const _ of test.git.log({ repository: mirrored.name, from: [mirrored.head], query: 'canary-query', limit: 1 }));
    expect(test.spans.map((span) => span.name)).toEqual(expect.arrayContaining(['git ls-remote', 'git cat-file', 'git log']));
    expect(JSON.stringify(test.spans)).not.toContain('canary');
  });
});

it('git is told of no trace', () => {
  vi.stubEnv('TRACEPARENT', `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`);
  vi.stubEnv('GIT_TRACE2_PARENT_SID', 'parent');
  const told = Object.keys(gitEnvironment({ home: '/', protocols: ['https'] }));
  expect(told.filter((name) => name.includes('TRACE'))).toEqual([]);
});
