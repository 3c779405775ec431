import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import codeHost from '@sextant/plugin-code-host';
import codeHostOther from '@sextant/plugin-code-host-other';
import identity from '@sextant/plugin-identity';
import { LeakWatch, ownProcesses, startTestKernel, type TestKernel, textAt, at as valueAt } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import git from './manifest.js';
import { aGitServer, type GitServer } from './testing/a-git-server.js';
import { aFolder, aRepository, type BuiltRepository } from './testing/a-repository.js';

// Long enough to be a token as hosts make them, and hostile to shells, URLs and lines.
const USER = 'canary-user-5d1e7bb0c2';
const PASSWORD = `canary-pass'"$(id)%41 p@ss:w/rd?#`;
const WRONG = 'canary-wrong-77aa01';
const TOKEN = 'canary-token-9b1d55e0f4c1';
/** As they are, and what "canary" becomes inside of base64, by its place. */
const CANARY = /canary-(?:user|pass|wrong|token)|Y2FuYXJ5|NhbmFye|jYW5hcnk/;

/** The canary with what stands around it: a failure must not print everything else that was read. */
const found = (text: string): string | undefined => new RegExp(`.{0,60}(?:${CANARY.source}).{0,20}`).exec(text)?.[0];

const watched = aFolder('watched');
const calls = join(watched, 'calls');
const eventually = { timeout: 30_000, interval: 50 };
const seen: string[] = [];
let source: BuiltRepository;
let server: GitServer;
let tokens: GitServer;
let strict: GitServer;
let kernel: TestKernel;
let watch: LeakWatch;

const ask = async (query: string, variables?: Record<string, unknown>) => {
  const answer = await kernel.graphql(query, variables);
  seen.push(JSON.stringify(answer));
  expect(answer.errors).toEqual([]);
  return answer;
};
const connect = async (displayName: string, url: string): Promise<string> => {
  const { data } = await ask('mutation ($input: AddExternalServiceInput!) { addExternalService(input: $input) { id config warning } }', {
    input: {
      kind: 'OTHER',
      displayName,
      config: JSON.stringify({ url, repos: [basename(source.path)], repositoryPathPattern: `${displayName}/{repo}` }),
    },
  });
  return textAt(data, 'addExternalService.id');
};
const mirror = async (name: string) => {
  const { data } = await ask(
    'query ($name: String!) { repository(name: $name) { id url mirrorInfo { cloned lastError cloneProgress } } }',
    {
      name: `${name}/${basename(source.path)}`,
    },
  );
  return valueAt(data, 'repository') as { id: string; url: string; mirrorInfo?: { lastError: string | null } } | null;
};

beforeAll(async () => {
  const program = join(watched, 'git');
  writeFileSync(program, `#!/bin/sh\n{ echo "ARGV $*"; env; } >> ${calls}\nGIT_TRACE=${calls} exec git "$@"\n`, { mode: 0o700 });
  source = aRepository({ commits: [{ files: { 'README.md': '# Hi\n' } }] });
  const asked = (): void => void seen.push(JSON.stringify(ownProcesses()));
  server = await aGitServer(dirname(source.path), USER, PASSWORD, { asked });
  tokens = await aGitServer(dirname(source.path), TOKEN, '', { asked });
  strict = await aGitServer(dirname(source.path), USER, PASSWORD, { asked });
  watch = await LeakWatch.start(['canary-user', 'canary-pass', 'canary-wrong', 'canary-token']);
  kernel = await startTestKernel({
    plugins: [identity, codeHost, codeHostOther, git],
    config: { tracing: watch.tracing, plugins: { git: { program } } },
  });
}, 60_000);
afterAll(async () => {
  for (const one of [server, tokens, strict, watch]) await one?.[Symbol.asyncDispose]();
});

describe('row 22: the credentials of a connection', () => {
  const authority = (user: string, password: string): string => `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
  const at = (to: GitServer, credentials: string): string => to.url.replace('http://', `http://${credentials}`);

  it('open the host: to clone, to fetch again, and where a token is the user name', { timeout: 60_000 }, async () => {
    await connect('right', at(server, authority(USER, PASSWORD)));
    await connect('token', at(tokens, `${TOKEN}@`));
    for (const name of ['right', 'token'])
      await expect.poll(async () => (await mirror(name))?.mirrorInfo, eventually).toMatchObject({ cloned: true, lastError: null });
    const oid = source.commit({ files: { more: '1\n' } });
    const id = (await mirror('right'))?.id;
    await ask('mutation ($id: ID!) { updateMirrorRepository(repository: $id) { alwaysNil } }', { id });
    await expect
      .poll(
        async () =>
          valueAt(
            (await ask('query ($id: ID!) { node(id: $id) { ... on Repository { defaultBranch { target { oid } } } } }', { id })).data,
            'node.defaultBranch.target.oid',
          ),
        eventually,
      )
      .toBe(oid);
    expect(server.seen).toContain(`Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`);
    expect(tokens.seen).toContain(`Basic ${Buffer.from(`${TOKEN}:`).toString('base64')}`);
  });

  it('are refused by the host with a reason', { timeout: 60_000 }, async () => {
    await connect('wrong', at(strict, authority(USER, WRONG)));
    await expect.poll(async () => String((await mirror('wrong'))?.mirrorInfo?.lastError), eventually).toMatch(/credential|password/i);
    expect(strict.seen).toContain(`Basic ${Buffer.from(`${USER}:${WRONG}`).toString('base64')}`);
  });

  it('stand nowhere: arguments, environments, what git runs, files, database, log, traces, answers', async () => {
    await kernel.jobs.drain();
    await ask(
      '{ externalServices { nodes { displayName config url lastSyncError warning } } repositories { nodes { name url mirrorInfo { lastError cloneProgress } } } }',
    );
    const traced = readFileSync(calls, 'utf8');
    // The proof is one of git that did work: its helpers ran, and git wrote down how.
    expect(traced).toMatch(/run_command: .*remote-http/);
    expect(traced).toContain('SEXTANT_GIT_HOST');
    expect(seen.some((text) => text.includes('git-remote-http'))).toBe(true);
    expect(found(traced)).toBeUndefined();
    for (const text of seen) expect(found(text)).toBeUndefined();
    expect(await watch.leaks(kernel)).toEqual([]);
  });
});
