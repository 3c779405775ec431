import { RepoName, type RouteReply } from '@sextant/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aGit, collect, type Mirrored, type TestGit } from '../../testing/a-git.js';
import { aKnownRepository, anApi, aRequest } from '../../testing/an-api.js';
import { byteRange } from './byte-range.js';
import { rawRoute } from './raw-route.js';
import { refreshRoute } from './refresh-route.js';

let test: TestGit;
let repo: Mirrored;
let api: ReturnType<typeof anApi>;
beforeAll(async () => {
  test = await aGit();
  repo = await test.mirror('github.com/acme/widgets', {
    commits: [
      { files: { 'a.txt': 'old\n' } },
      {
        files: {
          'a.txt': '0123456789',
          'dir/<b>.html': '<script>alert(1)</script>',
          'dir/secret': 's',
          link: { mode: '120000', content: 'a.txt' },
        },
      },
    ],
    branches: { 'feature@2': ':1' },
  });
  await test.mirror('npm/@scope/pkg');
  const repositories = ['github.com/acme/widgets', 'github.com/acme/hidden', 'github.com/acme/fresh', 'npm/@scope/pkg'].map((name, i) =>
    aKnownRepository(i + 1, RepoName.parse(name)),
  );
  api = anApi(test.git, repositories, { hidden: [2], hiddenPaths: new Map([[4, ['README.md']]]) });
});
afterAll(() => test.close());

const ask = async (
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
  limit = 0,
): Promise<RouteReply & { text: string }> => {
  const [target] = path.split('?');
  const [, name, rest] = /^\/(.*?)\/-\/raw(?:\/(.*))?$/s.exec(decodeURIComponent(target!))!;
  const reply = await rawRoute(
    api.deps,
    () => limit,
  )(aRequest(method, path, { repo: name!, ...(rest === undefined ? {} : { path: rest }) }, headers));
  const body = reply.body;
  return { ...reply, text: typeof body === 'string' ? body : body === undefined ? '' : await collect(body as AsyncIterable<Uint8Array>) };
};
const W = '/github.com/acme/widgets';

describe('raw files', () => {
  it('gives a file as inert text, at the default branch and at any revision', async () => {
    const reply = await ask(`${W}/-/raw/a.txt`);
    expect(reply.text).toBe('0123456789');
    expect(reply.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '10',
      'x-content-type-options': 'nosniff',
    });
    expect((await ask(`${W}@main~1/-/raw/a.txt`)).text).toBe('old\n');
    expect((await ask(`${W}@feature@2/-/raw/a.txt`)).text).toBe('old\n');
    expect((await ask(`${W}@${repo.head}/-/raw/link`)).text).toBe('a.txt');
  });

  it('row 7: gives HTML as text that a browser neither runs nor sniffs', async () => {
    const { headers, text } = await ask(`${W}/-/raw/dir/%3Cb%3E.html`);
    expect(text).toBe('<script>alert(1)</script>');
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    expect(headers!['content-disposition']).toBe(`inline; filename="_b_.html"; filename*=UTF-8''%3Cb%3E.html`);
  });

  it('lists a folder', async () => {
    expect((await ask(`${W}/-/raw`)).text).toBe('a.txt\ndir/\nlink\n');
    expect((await ask(`${W}/-/raw/dir/`)).text).toBe('<b>.html\nsecret\n');
  });

  it('gives ranges, and nothing again that the client has', async () => {
    const part = await ask(`${W}/-/raw/a.txt`, { range: 'bytes=2-4' });
    expect(part).toMatchObject({ status: 206, text: '234', headers: { 'content-range': 'bytes 2-4/10', 'content-length': '3' } });
    expect(await ask(`${W}/-/raw/a.txt`, { range: 'bytes=10-' })).toMatchObject({
      status: 416,
      headers: { 'content-range': 'bytes */10' },
    });
    const { headers } = await ask(`${W}/-/raw/a.txt`);
    expect(await ask(`${W}/-/raw/a.txt`, { 'if-none-match': headers!['etag']! })).toMatchObject({ status: 304, text: '' });
  });

  it('answers HEAD with the headers alone', async () => {
    expect(await ask(`${W}/-/raw/a.txt`, {}, 'HEAD')).toMatchObject({ status: 200, text: '', headers: { 'content-length': '10' } });
    expect(await ask(`${W}/-/raw?format=zip`, {}, 'HEAD')).toMatchObject({ text: '', headers: { 'content-type': 'application/zip' } });
  });

  it.each([
    ['Accept', `${W}@HEAD/-/raw`, { accept: 'application/zip' }],
    ['the query', `${W}/-/raw?format=zip`, {}],
  ])('gives a zip for %s', async (_by, path, headers: Record<string, string>) => {
    const reply = await ask(path, headers);
    expect(reply.headers).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition': expect.stringContaining(`widgets-${repo.head.slice(0, 12)}.zip`),
    });
    expect(reply.text.startsWith('PK')).toBe(true);
    expect(reply.text).toContain('dir/secret');
  });

  it('gives no archive in a format that Accept refuses by q=0', async () => {
    const archive = async (accept: string) => (await ask(`${W}@HEAD/-/raw`, { accept })).headers?.['content-type'];
    const neither = await archive('text/html');
    expect(await archive('application/zip;q=0')).toBe(neither);
    expect(await archive('application/zip;q=0, application/x-tar')).toBe('application/x-tar');
  });

  it('gives the archive of a folder under whole names, and none beyond the limit', async () => {
    const tar = await ask(`${W}/-/raw/dir?format=tar`);
    expect(tar.text).toContain('dir/secret');
    expect(tar.text).not.toContain('a.txt');
    await expect(ask(`${W}/-/raw?format=tar`, {}, 'GET', 100)).rejects.toMatchObject({ code: 'SEXTANT_GIT_TOO_LARGE' });
  });
});

describe('malformed or absent', () => {
  it.each([
    `${W}@--output=x/-/raw`,
    `${W}@a..b/-/raw/a.txt`,
    `${W}/-/raw/../x`,
    `${W}/-/raw/%2e%2e%2fx`,
    `${W}/-/raw/a%00b`,
    '/a//b/-/raw',
    '/../x/-/raw',
    `${W}/-/raw?format=exe`,
  ])('refuses %s before anything is looked up', async (path) => {
    api.lookups.length = 0;
    await expect(ask(path)).rejects.toMatchObject({ status: 400 });
    expect(api.lookups).toEqual([]);
  });

  it('row 1: writes down an attempt to pass an option as a revision', async () => {
    const warned: object[] = [];
    const request = { ...aRequest('GET', '/', { repo: 'github.com/acme/widgets@--upload-pack=touch x' }) };
    const log = { ...request.log, warn: (message: string, fields?: object) => void warned.push({ message, ...fields }) };
    await expect(rawRoute(api.deps, () => 0)({ ...request, log })).rejects.toMatchObject({ code: 'SEXTANT_VALUE_REVISION' });
    expect(warned).toEqual([{ message: 'refused a malformed revision', audit: true, actor: 'user:1', revision: '--upload-pack=touch x' }]);
    expect(test.refused).toEqual([]);
  });

  it('answers alike for what is missing and what is hidden', async () => {
    const missing = [
      '/github.com/acme/none/-/raw',
      '/github.com/acme/hidden/-/raw',
      `${W}/-/raw/none`,
      `${W}@none/-/raw/a.txt`,
      '/npm/@scope/pkg/-/raw/README.md',
    ];
    const errors = await Promise.all(missing.map((path) => ask(path).catch(({ code, status, message }) => ({ code, status, message }))));
    expect(errors).toEqual(
      missing.map(() => ({
        code: 'SEXTANT_GIT_PATH_NOT_FOUND',
        status: 404,
        message: 'There is nothing here. Check the repository, the revision and the path.',
      })),
    );
  });

  it('gives no archive of a repository of which a part is hidden, and leaves the part out of its list', async () => {
    await expect(ask('/npm/@scope/pkg/-/raw?format=zip')).rejects.toMatchObject({ status: 404 });
    expect((await ask('/npm/@scope/pkg/-/raw')).text).toBe('');
  });

  it('says that a repository is not cloned yet to who may see it', async () => {
    await expect(ask('/github.com/acme/fresh/-/raw')).rejects.toMatchObject({ code: 'SEXTANT_GIT_NOT_CLONED', status: 404 });
  });
});

describe('asking for a fetch', () => {
  const refresh = (name: string) => refreshRoute(api.deps)(aRequest('POST', '/', { name }));

  it('queues it before the schedule, and hides what is hidden', async () => {
    expect(await refresh('github.com/acme/widgets')).toMatchObject({ status: 202 });
    expect(api.enqueued.at(-1)).toMatchObject({
      name: 'git.fetch-repository',
      payload: { repositoryId: 1, reason: 'manual' },
      options: { key: 'fetch:1', queue: 'git:1' },
    });
    await expect(refresh('github.com/acme/hidden')).rejects.toMatchObject({ status: 404 });
    await expect(refresh('../x')).rejects.toMatchObject({ status: 400 });
  });
});

describe('a range of bytes', () => {
  it.each([
    [undefined, 10, undefined],
    ['bytes=0-0', 10, { start: 0, end: 1 }],
    ['bytes=5-', 10, { start: 5, end: 10 }],
    ['bytes=5-99', 10, { start: 5, end: 10 }],
    ['bytes=-3', 10, { start: 7, end: 10 }],
    ['bytes=-99', 10, { start: 0, end: 10 }],
    ['bytes=-0', 10, 'unsatisfiable'],
    ['bytes=10-', 10, 'unsatisfiable'],
    ['bytes=0-', 0, 'unsatisfiable'],
    ['bytes=4-2', 10, undefined],
    ['bytes=0-1,3-4', 10, undefined],
    ['lines=0-1', 10, undefined],
    ['bytes=-', 10, undefined],
  ])('%s of %i bytes is %j', (header, size, expected) => {
    expect(byteRange(header, size)).toEqual(expected);
  });
});
