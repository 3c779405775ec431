import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import codeHost from '@sextant/plugin-code-host';
import git from '@sextant/plugin-git';
import highlight from '@sextant/plugin-highlight';
import identity from '@sextant/plugin-identity';
import search from '@sextant/plugin-search';
import { at, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import manifest from './manifest.js';
import { FakeGitea } from './testing/fake-gitea.js';

const SECRET = 'hunter2-canary';
const eventually = { timeout: 30_000, interval: 100 };
const folder = mkdtempSync(join(tmpdir(), 'sextant-gitea-'));
let gitea: FakeGitea;
let kernel: TestKernel;

/** A commit on main of `ana/anvil.git`, made without a working tree. */
function commit(file: string, content: string): void {
  const run = (args: readonly string[], input?: string): string =>
    execFileSync('git', ['-C', join(folder, 'ana/anvil.git'), ...args], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
      ...(input === undefined ? {} : { input }),
    });
  const parent = run(['for-each-ref', '--format=from %(refname)^0', 'refs/heads/main']);
  run(
    ['fast-import', '--quiet', '--date-format=now'],
    `commit refs/heads/main\ncommitter Ana <ana@example.com> now\ndata 3\nadd\n${parent}M 644 inline ${file}\ndata ${Buffer.byteLength(content)}\n${content}\n`,
  );
}

const matches = async (query: string): Promise<unknown> =>
  at(
    (await kernel.graphql('query($q: String!) { search(query: $q) { results { matchCount } } }', { q: query })).data,
    'search.results.matchCount',
  );

beforeAll(async () => {
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', join(folder, 'ana/anvil.git')]);
  commit('first.txt', 'needleone\n');
  gitea = await FakeGitea.start([{ id: 1, name: 'ana/anvil', private: true }]);
  gitea.gitFolder = folder;
  kernel = await startTestKernel({ plugins: [identity, codeHost, manifest, git, highlight, search] });
  const config = JSON.stringify({ url: gitea.url, token: gitea.token, repositoryPathPattern: 'forge/{nameWithOwner}' });
  await kernel.graphql(
    'mutation($config: String!) { addExternalService(input: { kind: GITEA, displayName: "Forge", config: $config }) { id } }',
    { config },
  );
}, 60_000);
afterAll(async () => {
  await gitea?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

it('clones a private repository with the token, and finds what is in it', { timeout: 60_000 }, async () => {
  await expect.poll(() => matches('needleone'), eventually).toBe(1);
});

it('finds what was pushed when the server tells of it', { timeout: 60_000 }, async () => {
  const { data } = await kernel.graphql(
    'mutation($urn: String!, $secret: String) { createWebhook(name: "Forge", codeHostKind: "GITEA", codeHostURN: $urn, secret: $secret) { url } }',
    { urn: gitea.url, secret: SECRET },
  );
  commit('second.txt', 'needletwo\n');
  expect(await matches('needletwo')).toBe(0);
  const delivery = gitea.delivery('push', { ref: 'refs/heads/main', repository: { id: 1 } }, SECRET);
  expect((await kernel.fetch(new URL(textAt(data, 'createWebhook.url')).pathname, { method: 'POST', ...delivery })).status).toBe(200);
  await expect.poll(() => matches('needletwo'), eventually).toBe(1);
});

it('leaves the token and the secret in no file of its own and in no log (row 22)', () => {
  const leaks = readdirSync(kernel.dataDir, { recursive: true, withFileTypes: true }).filter((entry) => {
    if (!entry.isFile()) return false;
    const text = readFileSync(join(entry.parentPath, entry.name), 'latin1');
    return text.includes(gitea.token) || text.includes(SECRET);
  });
  expect(leaks.map(({ name }) => name)).toEqual([]);
  expect(kernel.log.text).not.toContain(gitea.token);
  expect(kernel.log.text).not.toContain(SECRET);
});
