import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret, SextantError, z } from '@sextant/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostClient, HostClientOptions } from '../api.js';
import { testHostClients } from '../testing/test-host-clients.js';
import { UntrustedHost } from '../testing/untrusted-host.js';

const SECRET = 'hunter2-canary';
const signal = new AbortController().signal;
const items = z.array(z.object({ id: z.number() }));

type Reply = (request: IncomingMessage, response: ServerResponse) => void;
let url: string;
let seen: IncomingMessage[];
let replies: Reply[];
let close: () => Promise<void>;

/** Each request is answered by the next reply, and the last one stays. */
beforeEach(async () => {
  seen = [];
  replies = [];
  const server = createServer((request, response) => {
    seen.push(request);
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    reply?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
  close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
});
afterEach(() => close());

const status =
  (code: number, headers: Record<string, string> = {}, body: unknown = {}): Reply =>
  (_request, response) =>
    void response
      .writeHead(code, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
const client = (options: Partial<HostClientOptions> = {}, timeout = 10_000): HostClient =>
  testHostClients({ timeout }).client({ url, title: 'Fake', credential: { secret: new Secret(SECRET) }, ...options });
const idsOf = async (host: HostClient, path = 'repos'): Promise<readonly number[]> => {
  const ids: number[] = [];
  for await (const page of host.pages(path, items, { signal, query: { limit: 2 } })) ids.push(...page.map(({ id }) => id));
  return ids;
};
async function failureOf(work: Promise<unknown>): Promise<SextantError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!SextantError.is(error)) throw new Error('it did not fail with one of our errors', { cause: error });
  expect(`${error.message}${JSON.stringify(error.details)}`).not.toContain(SECRET);
  return error;
}

describe('a request', () => {
  it('goes below the base with the credential, in the header of the host', async () => {
    replies = [status(200, {}, [])];
    await client().get('/repos', items, { signal, query: { q: 'a b', none: undefined } });
    expect([seen[0]?.url, seen[0]?.headers.authorization]).toEqual(['/api/v1/repos?q=a+b', `Bearer ${SECRET}`]);
    await client({ credential: { secret: new Secret(SECRET), header: { name: 'private-token', value: new Secret('x') } } }).get(
      'repos',
      items,
      { signal },
    );
    expect([seen[1]?.headers.authorization, seen[1]?.headers['private-token']]).toEqual([undefined, 'x']);
  });

  it('goes nowhere else, however its path is written', async () => {
    replies = [status(404)];
    for (const path of ['https://evil.example.com/x', '//evil.example.com/x', '\\\\evil.example.com/x'])
      await client()
        .get(path, items, { signal })
        .catch(() => undefined);
    expect(seen.every(({ headers }) => headers.host === new URL(url).host)).toBe(true);
  });

  it('asks again only for what has changed, and each credential for itself', async () => {
    replies = [status(200, { etag: '"1"' }, [{ id: 1 }]), (_request, response) => void response.writeHead(304).end()];
    const hosts = testHostClients();
    const get = (secret: string): Promise<unknown> =>
      hosts.client({ url, title: 'Fake', credential: { secret: new Secret(secret) } }).get('repos', items, { signal });
    expect(await get('a')).toEqual([{ id: 1 }]);
    expect(await get('a')).toEqual([{ id: 1 }]);
    replies = [status(200, {}, [])];
    expect(await get('b')).toEqual([]);
    expect(seen.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"1"', undefined]);
  });

  it('that reads is tried again when what failed may pass by', async () => {
    replies = [status(502), (request) => void request.socket.destroy(), status(200, {}, [{ id: 1 }])];
    expect(await client().get('repos', items, { signal })).toEqual([{ id: 1 }]);
    expect(seen).toHaveLength(3);
  });

  it('that writes is not, unless it may be repeated', async () => {
    replies = [status(502)];
    expect(await failureOf(client().send('POST', 'hooks', z.unknown(), { signal, body: { a: 1 } }))).toMatchObject({
      code: 'SEXTANT_CODE_HOST_DOWN',
    });
    expect(seen).toHaveLength(1);
    await failureOf(client().send('POST', 'query', z.unknown(), { signal, body: {}, repeatable: true }));
    expect(seen).toHaveLength(4);
  });

  it('that was one too many is made again when the host lets it, and not for ever', async () => {
    replies = [status(429, { 'retry-after': '3600' }), status(403, { 'retry-after': '60' }), status(200, {}, [])];
    expect(await client().get('repos', items, { signal })).toEqual([]);
    replies = [status(429, { 'retry-after': '1' })];
    expect(await failureOf(client().get('repos', items, { signal }))).toMatchObject({ code: 'SEXTANT_CODE_HOST_RATE_LIMITED' });
  });

  it('ends with the reason of its signal', async () => {
    const controller = new AbortController();
    replies = [() => controller.abort(new Error('enough'))];
    await expect(client().get('repos', items, { signal: controller.signal })).rejects.toThrow('enough');
  });
});

describe('an answer', () => {
  it.each<[string, Reply, string, string]>([
    ['401', status(401), 'SEXTANT_CODE_HOST_REFUSED', 'refused the credential'],
    ['403', status(403), 'SEXTANT_CODE_HOST_REFUSED', 'refused the credential'],
    ['404', status(404), 'SEXTANT_CODE_HOST_ABSENT', 'does not have'],
    ['410', status(410), 'SEXTANT_CODE_HOST_ABSENT', 'does not have'],
    ['418', status(418), 'SEXTANT_CODE_HOST_ANSWER', 'not expected'],
    ['500', status(500), 'SEXTANT_CODE_HOST_DOWN', 'could not answer'],
    ['HTML', status(200, { 'content-type': 'text/html' }, '<html>Sign in'), 'SEXTANT_CODE_HOST_ANSWER', 'page to sign in'],
    ['truncated JSON', status(200, {}, '[{"id":1},{"i'), 'SEXTANT_CODE_HOST_ANSWER', 'no JSON'],
    ['another shape', status(200, {}, [{ id: SECRET }]), 'SEXTANT_CODE_HOST_ANSWER', 'at "0.id"'],
    [
      'a redirect that does not end',
      (_r, response) => void response.writeHead(302, { location: '/' }).end(),
      'SEXTANT_OUTBOUND_REDIRECT',
      'more than 5',
    ],
    ['nothing', () => undefined, 'SEXTANT_OUTBOUND_FAILED', 'did not answer within'],
  ])('that is %s throws, and says what is wrong (row 15)', async (_what, reply, code, words) => {
    replies = [reply];
    const error = await failureOf(client({}, code === 'SEXTANT_OUTBOUND_FAILED' ? 300 : undefined).get('repos', items, { signal }));
    expect(error).toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it('is explained by who knows the host', async () => {
    replies = [status(403, {}, { message: 'token does not have read:org' })];
    const explain: HostClientOptions['explain'] = ({ body }) => ({
      why: z.object({ message: z.string() }).parse(body).message,
      fix: 'Add the scope read:org.',
    });
    expect(await failureOf(client({ explain }).get('repos', items, { signal }))).toMatchObject({
      why: 'token does not have read:org',
      fix: 'Add the scope read:org.',
    });
  });
});

describe('a list', () => {
  const page = (id: number, link?: string): Reply => status(200, link === undefined ? {} : { link }, [{ id }]);

  it('is followed page by page by its links', async () => {
    replies = [page(1, `<${url}/repos?limit=2&page=2>; rel="next", <${url}/repos?page=9>; rel="last"`), page(2)];
    expect(await idsOf(client())).toEqual([1, 2]);
    expect(seen[1]?.url).toBe('/api/v1/repos?limit=2&page=2');
  });

  it.each(['https://evil.example.com/api/v1/repos?page=2', 'http://other.internal/repos?page=2'])(
    'stays at its host, whatever a link says: %s (row 20)',
    async (link) => {
      replies = [page(1, `<${link}>; rel="next"`), page(2)];
      expect(await idsOf(client())).toEqual([1, 2]);
      expect(seen[1]?.url).toBe('/api/v1/repos?page=2');
    },
  );

  it('is found to have grown where its last page has not changed', async () => {
    const host = client();
    replies = [status(200, { etag: '"1"', link: '<?page=2>; rel="next"' }, [{ id: 1 }]), status(200, { etag: '"2"' }, [{ id: 2 }])];
    expect(await idsOf(host)).toEqual([1, 2]);
    const unchanged: Reply = (_request, response) => void response.writeHead(304).end();
    replies = [unchanged, status(200, { etag: '"2"', link: '<?page=3>; rel="next"' }, [{ id: 2 }]), page(3)];
    expect(await idsOf(host)).toEqual([1, 2, 3]);
    expect(seen.slice(2).map(({ headers }) => headers['if-none-match'])).toEqual(['"1"', undefined, undefined]);
  });

  it('says how many pages are left, where its links name the last', async () => {
    const linked = (number: number, link: string): Reply => status(200, { link }, [{ id: number }]);
    replies = [linked(1, '<?page=2>; rel="next", <?page=3>; rel="last"'), linked(2, '<?page=3>; rel="next"'), page(3)];
    const told: number[] = [];
    for await (const _page of client().pages('repos', items, { signal, left: (pages) => void told.push(pages) }));
    expect(told).toEqual([2, 0]);
  });

  it('is followed by what its pages say where there are no links', async () => {
    replies = [page(1), page(2), status(200, {}, [])];
    const ids: number[] = [];
    let number = 1;
    const next = (found: { id: number }[]) => (found.length === 0 ? undefined : { page: ++number });
    for await (const found of client().pages('repos', items, { signal, next })) ids.push(...found.map(({ id }) => id));
    expect(ids).toEqual([1, 2]);
    expect(seen[2]?.url).toBe('/api/v1/repos?page=3');
  });

  it.each([
    [
      'comes back to a page it gave',
      () => [page(1, '<?page=2>; rel="next"'), page(2, '<?page=1>; rel="next"'), page(3, '<?page=2>; rel="next"')],
    ],
    [
      'gives the same page for ever',
      () => [
        ((request: IncomingMessage, response: ServerResponse) =>
          page(1, `<?page=${seen.length + 1}>; rel="next"`)(request, response)) as Reply,
      ],
    ],
  ])('that %s throws', async (_what, list) => {
    replies = list();
    expect(await failureOf(idsOf(client()))).toMatchObject({ code: 'SEXTANT_CODE_HOST_ANSWER' });
  });

  it('that breaks off throws, after what it gave', async () => {
    replies = [page(1, '<?page=2>; rel="next"'), status(500)];
    expect(await failureOf(idsOf(client()))).toMatchObject({ code: 'SEXTANT_CODE_HOST_DOWN' });
  });
});

it.each([
  ['unknown-authority', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['expired', 'CERT_HAS_EXPIRED'],
  ['for-another-address', 'ERR_TLS_CERT_ALTNAME_INVALID'],
] as const)('a certificate that is not to be trusted (%s) is named, and what is behind it is sent nothing', async (fault, code) => {
  await using host = await UntrustedHost.start(fault);
  const error = await failureOf(idsOf(client({ url: host.url })));
  expect(error).toMatchObject({ code: 'SEXTANT_OUTBOUND_FAILED', why: expect.stringContaining(code), details: { reason: 'tls' } });
  expect(host.heard).toEqual([]);
});
