import type { Connection, FoundRepository } from '@sextant/plugin-code-host/api';
import { type OutboundHttp, RepoName } from '@sextant/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitAddress } from './address.js';
import { type OtherConfig, otherConfig } from './other-config.js';
import { otherKind } from './other-kind.js';

const SECRET = 'hunter2-canary';
const signal = new AbortController().signal;
const progress = (): void => undefined;

const connection = (config: object): Connection<OtherConfig> => ({
  id: 1,
  kind: 'OTHER',
  displayName: 'x',
  config: otherConfig.parse(config),
});
const answering = (answer: () => Response, seen: { url: string; headers: Headers }[] = []): Pick<OutboundHttp, 'fetch'> => ({
  fetch: async (url, init) => {
    seen.push({ url, headers: new Headers(init?.headers) });
    return answer();
  },
});
const silent = answering(() => new Response('', { status: 500 }));
const listed = async (config: object, http = silent): Promise<FoundRepository[]> => {
  const all: FoundRepository[] = [];
  for await (const found of otherKind(http).list(connection(config), { signal, progress })) all.push(found);
  return all;
};

describe('listed repositories', () => {
  it.each<[string, object, string, string]>([
    [
      'relative',
      { url: 'https://git.example.com/team', repos: ['a/b.git'] },
      'git.example.com/team/a/b',
      'https://git.example.com/team/a/b.git',
    ],
    [
      'absolute below the base',
      { url: 'https://git.example.com/team', repos: ['https://git.example.com/team/a'] },
      'git.example.com/team/a',
      'https://git.example.com/team/a',
    ],
    [
      'absolute elsewhere',
      { url: 'https://git.example.com', repos: ['https://other.example.com/x/y'] },
      'other.example.com/x/y',
      'https://other.example.com/x/y',
    ],
    ['without a base', { repos: ['git@github.com:owner/name.git'] }, 'github.com/owner/name', 'ssh://git@github.com/owner/name.git'],
    ['a port', { url: 'http://git.example.com:8080', repos: ['a'] }, 'git.example.com-8080/a', 'http://git.example.com:8080/a'],
    [
      'a pattern',
      { url: 'https://git.example.com', repositoryPathPattern: 'mine/{repo}', repos: ['a'] },
      'mine/a',
      'https://git.example.com/a',
    ],
  ])('%s', async (_what, config, name, cloneUrl) => {
    expect(await listed(config)).toEqual([expect.objectContaining({ name, cloneUrl, externalId: cloneUrl })]);
  });

  it.each([['a'], ['src-serve']])('need a base when they are %s', async (repo) => {
    await expect(listed({ repos: [repo] })).rejects.toMatchObject({ code: 'SEXTANT_CODE_HOST_OTHER_CONFIG' });
  });

  it('makes names that repositories may have, or that sync refuses with a reason, out of any URL it takes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.webUrl(), async (url) => {
        const parsed = otherConfig.safeParse({ repos: [url] });
        if (!parsed.success) return;
        const [found] = await listed({ repos: [url] });
        expect(typeof found?.name).toBe('string');
        if (RepoName.is(found?.name)) expect(found.name).not.toContain('@');
      }),
    );
  });

  it.each([
    'file:///etc',
    'ext::sh -c id',
    'git://h/a',
    'https:\\\\u:p@h',
    '../a',
    'a/../../b',
    '-x',
    'ssh://-oProxyCommand=id/a',
    'ssh://bob:pw@h/a',
    '',
  ])('refuses %j (row 2)', (repo) => {
    expect(otherConfig.safeParse({ url: 'https://h', repos: [repo] }).success).toBe(false);
  });
});

describe('credentials (row 22)', () => {
  const config = {
    url: `https://bob:${SECRET}@git.example.com`,
    repos: ['a', `https://${SECRET}-token@other.example.com/b`, 'https://git.example.com/c', 'https://third.example.com/d'],
  };

  it('are nowhere in what is listed, in the configuration printed, or in a refusal', async () => {
    expect(JSON.stringify(await listed(config))).not.toContain(SECRET);
    const { url, repos } = otherConfig.parse(config);
    expect(JSON.stringify(url)).not.toContain(SECRET);
    expect(JSON.stringify(repos.map((entry) => ('absolute' in entry ? entry.absolute.url : entry)))).not.toContain(SECRET);
    const refused = otherConfig.safeParse({ url: `git://bob:${SECRET}@h`, repos: ['a'] });
    expect(refused.success ? '' : refused.error.message).toContain('scheme git');
    expect(refused.success ? '' : JSON.stringify(refused.error)).not.toContain(SECRET);
  });

  it.each([
    ['https://git.example.com/a', 'bob', SECRET],
    ['https://git.example.com/c', 'bob', SECRET],
    ['https://other.example.com/b', `${SECRET}-token`, ''],
  ])('of %s go to git apart from the URL', async (cloneUrl, username, password) => {
    const source = await otherKind(silent).cloneSource(connection(config), { name: 'x', externalId: 'x', cloneUrl });
    expect(source.url).toBe(cloneUrl);
    expect(source.credentials?.username).toBe(username);
    expect(source.credentials?.password.reveal()).toBe(password);
  });

  it('never go to another server (row 20)', async () => {
    expect(
      await otherKind(silent).cloneSource(connection(config), { name: 'x', externalId: 'x', cloneUrl: 'https://third.example.com/d' }),
    ).toEqual({ url: 'https://third.example.com/d' });
  });

  it('are decoded', () => {
    expect(splitAddress('https://b%40b:p%2Fw@h/a')).toMatchObject({ url: 'https://h/a', credentials: { username: 'b@b' } });
  });
});

describe('a server that lists (src serve-git)', () => {
  const config = { url: `http://bob:${SECRET}@localhost:3434`, repos: ['src-serve'] };
  const items = [
    { Name: 'team/a', URI: '/repos/team/a', ClonePath: '/repos/team/a/.git' },
    { Name: 'b.git', URI: '/repos/b.git', ClonePath: '/repos/b.git' },
    { Name: '', URI: 'c', ClonePath: '/repos/c' },
  ];

  it('is asked with the credentials, names its repositories, and has them below it', async () => {
    const seen: { url: string; headers: Headers }[] = [];
    const found = await listed(
      config,
      answering(() => Response.json({ Items: items }), seen),
    );
    expect(found.map(({ name, cloneUrl }) => [name, cloneUrl])).toEqual([
      ['team/a', 'http://localhost:3434/repos/team/a/.git'],
      ['b', 'http://localhost:3434/repos/b.git'],
      ['c', 'http://localhost:3434/repos/c'],
    ]);
    expect(seen[0]?.url).toBe('http://localhost:3434/v1/list-repos');
    expect(seen[0]?.headers.get('authorization')).toBe(`Basic ${Buffer.from(`bob:${SECRET}`).toString('base64')}`);
  });

  it('has them named by a pattern where one is given', async () => {
    const found = await listed(
      { ...config, repositoryPathPattern: '{base}/{repo}' },
      answering(() => Response.json({ Items: items })),
    );
    expect(found.map(({ name }) => name)).toEqual(['localhost-3434/team/a', 'localhost-3434/b', 'localhost-3434/c']);
  });

  it.each<[string, () => Response]>([
    ['500', () => new Response('', { status: 500 })],
    ['502', () => new Response('bad gateway', { status: 502 })],
    ['429', () => new Response('', { status: 429, headers: { 'retry-after': '60' } })],
    ['403', () => new Response('', { status: 403 })],
    ['410', () => new Response('', { status: 410 })],
    ['a login page', () => new Response('<html>Sign in</html>', { headers: { 'content-type': 'text/html' } })],
    ['truncated JSON', () => new Response('{"Items":[{"Name":"a"')],
    ['another shape', () => Response.json({ items: [] })],
    ['a repository of another server', () => Response.json({ Items: [{ Name: 'a', ClonePath: 'https://evil.example.com/a' }] })],
  ])('does not count as having answered with %s: it throws, so nothing is deleted (row 15)', async (_what, answer) => {
    await expect(listed(config, answering(answer))).rejects.toMatchObject({ code: 'SEXTANT_CODE_HOST_OTHER_ANSWER' });
  });

  it('may have no repository at all', async () => {
    expect(
      await listed(
        config,
        answering(() => Response.json({ Items: null })),
      ),
    ).toEqual([]);
  });
});

describe('check', () => {
  const check = (answer: () => Response): Promise<unknown> =>
    otherKind(answering(answer)).check(connection({ repos: ['https://h/a'] }), signal);
  it.each<[string, () => Response, object]>([
    ['git', () => new Response('x', { headers: { 'content-type': 'application/x-git-upload-pack-advertisement' } }), { ok: true }],
    ['401', () => new Response('', { status: 401 }), { ok: false, problem: expect.stringContaining('without credentials') }],
    ['404', () => new Response('', { status: 404 }), { ok: false, problem: expect.stringContaining('not there') }],
    ['a web page', () => new Response('<html>'), { ok: false, problem: expect.stringContaining('does not speak git') }],
  ])('tells what %s means', async (_what, answer, expected) => {
    expect(await check(answer)).toMatchObject(expected);
  });
});
