import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import codeHost from '@sextant/plugin-code-host';
import codeHostLocal from '@sextant/plugin-code-host-local';
import git from '@sextant/plugin-git';
import identity from '@sextant/plugin-identity';
import search from '@sextant/plugin-search';
import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import manifest from './manifest.js';

const FILES = { 'legacy/widget.ts': 'widget widget widget widget\n', 'src/far/away/from/the/root/other.ts': '// some widget\n' };
let root: string;
let kernel: TestKernel;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'quiet-folders-'));
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const run = (...args: readonly string[]): unknown =>
    execFileSync('git', ['-C', root, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args]);
  run('init', '-q', '-b', 'main');
  run('add', '-A');
  run('commit', '-q', '-m', 'Begin');
  kernel = await startTestKernel({
    plugins: [identity, codeHost, codeHostLocal, git, search, manifest],
    config: { plugins: { 'code-host': { localPaths: [root] }, search: { threads: 1 } } },
  });
  // Matches of one batch are what a ranker orders: the index answers in one.
  await vi.waitFor(async () => expect(await indexed()).toHaveLength(1), { timeout: 30_000, interval: 100 });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const indexed = async (): Promise<unknown> =>
  at((await kernel.graphql('{ repositories(first: 1, indexed: true, notIndexed: false) { nodes { name } } }')).data, 'repositories.nodes');

async function found(): Promise<unknown> {
  const { data, errors } = await kernel.graphql(
    '{ search(query: "widget type:file") { results { results { ... on FileMatch { file { path } } } } } }',
  );
  expect(errors).toEqual([]);
  return at(data, 'search.results.results.*.file.path');
}

it('moves matches in quiet folders behind the others, for as long as it is switched on', async () => {
  expect(await found()).toEqual(['src/far/away/from/the/root/other.ts', 'legacy/widget.ts']);
  await kernel.kernel.switchboard.disable('quiet-folders');
  expect(await found()).toEqual(['legacy/widget.ts', 'src/far/away/from/the/root/other.ts']);
  await kernel.kernel.switchboard.enable('quiet-folders');
  expect(await found()).toEqual(['src/far/away/from/the/root/other.ts', 'legacy/widget.ts']);
});
