import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CollectedSpan, createTestDatabase, TestCollector, type TestDatabase } from '@sextant/kernel';
import { at } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commit, FiveProcesses, PROCESSES } from './testing/five-processes.js';

// Five processes that send their spans to one collector. The tests go on from each other; the last ones read what came when all had stopped.
const CANARY = 'canary-3b97f0';
const eventually = { timeout: 60_000, interval: 100 };
const LOCAL = 'alpha';

let folder: string;
let database: TestDatabase;
let collector: TestCollector;
let five: FiveProcesses;
/** Refuses everybody, and remembers what they brought. */
let codeHost: Server;
const brought: IncomingHttpHeaders[] = [];
/** The ids of the traces that the tests began. */
const asked = new Set<string>();
/** The span that they say to come from. */
const CALLER = 'b'.repeat(16);
const BLOB = 'query ($name: String!) { repository(name: $name) { commit(rev: "main") { blob(path: "src/main.ts") { content } } } }';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-traces-'));
  const repositories = join(folder, 'repositories');
  commit(join(repositories, LOCAL), { 'src/main.ts': 'export const needle = 1;\n' });
  codeHost = createServer((request, response) => {
    brought.push(request.headers);
    response.writeHead(401, { 'www-authenticate': 'Basic realm="here"' }).end();
  }).listen(0, '127.0.0.1');
  await once(codeHost, 'listening');
  const host = `127.0.0.1:${(codeHost.address() as AddressInfo).port}`;
  collector = await TestCollector.start();
  database = await createTestDatabase();
  five = await FiveProcesses.in(
    folder,
    {
      SEXTANT_DATABASE_URL: database.dsn,
      SEXTANT__PLUGINS__CODE_HOST__CONNECTIONS: JSON.stringify([
        { kind: 'LOCAL', displayName: 'Here', config: { roots: [repositories] } },
        { kind: 'OTHER', displayName: 'There', config: { repos: [`http://ada:${CANARY}@${host}/team/service`] } },
      ]),
    },
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-of=sextant',
      // Only what is asked for: nothing that runs by itself is among the spans.
      SEXTANT__TRACING__SAMPLE_RATIO: '0',
    },
  );
  for (const name of PROCESSES) five.start(name);
  for (const name of PROCESSES) await five.ready(name);
});
afterAll(async () => {
  await five?.stop();
  await database?.drop();
  await collector?.[Symbol.asyncDispose]();
  codeHost?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Asks in a trace of its own. @returns what came, and the trace's id. */
async function traced(
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  parameters = '',
): Promise<{ readonly data: unknown; readonly errors: unknown; readonly trace: string }> {
  const trace = (asked.size + 1).toString(16).padStart(32, 'a');
  asked.add(trace);
  const response = await fetch(`${five.url('server')}/.api/graphql${parameters}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      traceparent: `00-${trace}-${CALLER}-01`,
      baggage: `user=${CANARY}`,
      tracestate: `vendor=${CANARY}`,
    },
    body: JSON.stringify({ query, variables }),
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('x-trace')).toBe(trace);
  return { trace, ...((await response.json()) as { data: unknown; errors: unknown }) };
}

const idsOf = async (): Promise<Readonly<Record<string, string>>> => {
  const { data } = await traced('{ repositories(first: 10) { nodes { id name } } }');
  const nodes = at(data, 'repositories.nodes') as readonly { readonly id: string; readonly name: string }[];
  return Object.fromEntries(nodes.map(({ id, name }) => [name, id]));
};
const rolesOf = (span: CollectedSpan): unknown => span.resource['sextant.roles'];

let read: string;
let fetched: string;
let refused: string;
let searched: string;

describe('five processes with a collector', () => {
  it('do their work', async () => {
    await expect.poll(async () => Object.keys(await idsOf()).length, eventually).toBe(2);
    await expect
      .poll(async () => {
        const { data, errors, trace } = await traced(BLOB, { name: LOCAL }, `?token=${CANARY}`);
        read = trace;
        return errors === undefined && at(data, 'repository.commit.blob.content');
      }, eventually)
      .toContain('needle');
    const search = '{ search(query: "needle index:only") { results { matchCount } } }';
    await expect.poll(async () => at((await traced(search)).data, 'search.results.matchCount'), eventually).toBe(1);
    await traced(`query { search(query: "${CANARY}") { results { matchCount } } }`);

    const ids = await idsOf();
    const update = 'mutation ($id: ID!) { updateMirrorRepository(repository: $id) { alwaysNil } }';
    const other = Object.keys(ids).find((name) => name !== LOCAL) as string;
    for (const [name, id] of Object.entries(ids)) {
      const { errors, trace } = await traced(update, { id });
      expect(errors).toBeUndefined();
      if (name === other) refused = trace;
      else fetched = trace;
    }
    // Until then they may not have ended.
    for (const trace of [fetched, refused])
      await expect.poll(() => collector.named('process git.fetch-repository', trace).length, eventually).toBeGreaterThan(0);
  }, 180_000);

  it('have sent all of it when they have stopped', async () => {
    searched = (await traced('{ search(query: "needle index:only") { results { matchCount } } }')).trace;
    expect(await five.stop()).toEqual(Object.fromEntries(PROCESSES.map((name) => [name, 0])));
    expect(collector.named('POST /.api/graphql', searched)).toHaveLength(1);
    expect(collector.received).toContain('"x-of":"sextant"');
  }, 60_000);

  it('make one trace of a request, its resolver, the call of another process and the git there', () => {
    // Others resolve the revision and the path; which of all arrives last is nobody's promise.
    const git = collector.named('git cat-file', read).find((span) => collector.path(span).includes('git.service@1/blob')) as CollectedSpan;
    expect(collector.path(git)).toEqual([
      'POST /.api/graphql',
      'query',
      'graphql.resolve GitBlob.content',
      'graphql.resolve loader contents',
      'git.service@1/blob',
      'git.service@1/blob',
      'git cat-file',
    ]);
    expect(git.attributes).toMatchObject({ 'vcs.repository.name': LOCAL, 'sextant.plugin': 'git' });
    expect(rolesOf(git)).toEqual(['git']);
    const [first] = collector.named('POST /.api/graphql', read) as [CollectedSpan];
    expect(rolesOf(first)).toEqual(['api', 'web']);
    expect(first).toMatchObject({ kind: 'server', parentSpanId: CALLER });
  });

  it('make one trace of a request, the job that it enqueues in another process, and the git of a third', () => {
    const git = collector.named('git fetch', fetched).at(-1) as CollectedSpan;
    expect(collector.path(git)).toEqual([
      'POST /.api/graphql',
      'mutation',
      'graphql.resolve Mutation.updateMirrorRepository',
      'send git.fetch-repository',
      'process git.fetch-repository',
      'git.service@1/fetch',
      'git.service@1/fetch',
      'git fetch',
    ]);
    expect(git.attributes).toMatchObject({ 'vcs.repository.name': LOCAL, 'process.exit.code': 0 });
    const [attempt] = collector.named('process git.fetch-repository', fetched) as [CollectedSpan];
    expect([rolesOf(attempt), rolesOf(git)]).toEqual([['worker', 'scheduler', 'migrator', 'index'], ['git']]);
  });

  it('say in a trace what a code host refused, and never by which credential it was asked', () => {
    const [git] = collector.named('git ls-remote', refused) as [CollectedSpan];
    expect(git).toMatchObject({ failed: true, attributes: { 'error.type': 'SEXTANT_GIT_AUTHENTICATION', 'process.exit.code': 128 } });
    expect(brought.some(({ authorization }) => authorization?.startsWith('Basic '))).toBe(true);
  });

  it('make one trace of a search and the shards that another process searched', () => {
    const [shards] = collector.named('search shards', searched) as [CollectedSpan];
    expect(collector.path(shards)).toEqual([
      'POST /.api/graphql',
      'query',
      'graphql.resolve SearchResults.matchCount',
      'search',
      'search.engine@1/search',
      'search.engine@1/search',
      'search shards',
    ]);
    expect(rolesOf(shards)).toEqual(['search']);
    expect(shards.attributes).toMatchObject({ 'sextant.search.shards_done': 1, 'sextant.search.matches': 1 });
  });

  it('trace nothing that nobody asked for', () => {
    expect([...new Set(collector.spans.map((span) => span.traceId))].filter((trace) => !asked.has(trace))).toEqual([]);
  });

  it('send no secret: not of a URL, a header, a query, a variable or a connection', () => {
    const secrets = [CANARY, Buffer.from(`ada:${CANARY}`).toString('base64')];
    expect(secrets.filter((secret) => collector.received.includes(secret))).toEqual([]);
  });

  it('do the same without a collector that answers, lose no request, and stop when they are told to', async () => {
    await collector[Symbol.asyncDispose]();
    const some = ['server', 'git-0', 'git-1', 'search'] as const;
    for (const name of some) five.start(name);
    for (const name of some) await five.ready(name);
    const answers = await Promise.all(Array.from({ length: 50 }, () => traced(BLOB, { name: LOCAL })));
    expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
    expect(await five.stop()).toMatchObject(Object.fromEntries(some.map((name) => [name, 0])));
  }, 90_000);
});
