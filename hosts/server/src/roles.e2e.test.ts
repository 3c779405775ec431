import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@sextant/kernel';
import { at } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commit, echoPlugins, FiveProcesses, PROCESSES, type ProcessName } from './testing/five-processes.js';

// One Sextant in five processes, over one PostgreSQL, with mutual TLS between them. The tests go on from each other.
const NAMES = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'];
const eventually = { timeout: 60_000, interval: 100 };

let folder: string;
let database: TestDatabase;
let five: FiveProcesses;

interface Verdict {
  readonly exhaustive: boolean;
  readonly words: string;
  readonly oldestIndexAt?: string;
  readonly reasons: readonly { readonly reason: string; readonly message: string; readonly repositories?: readonly string[] }[];
}
interface Answer {
  readonly status: number;
  /** Repositories with matches. */
  readonly repositories: readonly string[];
  readonly verdict: Verdict;
}

interface GraphQLAnswer {
  readonly status: number;
  readonly data?: unknown;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-roles-'));
  chmodSync(folder, 0o711);
  const repositories = join(folder, 'repositories');
  for (const name of NAMES)
    commit(join(repositories, name), {
      'src/main.ts': `export const name = '${name}'; // a needle\n`,
      'big.txt': 'line of text\n'.repeat(9_000),
    });
  database = await createTestDatabase();
  five = await FiveProcesses.in(
    folder,
    {
      SEXTANT_DATABASE_URL: database.dsn,
      SEXTANT__PLUGINS__CODE_HOST__CONNECTIONS: JSON.stringify([{ kind: 'LOCAL', displayName: 'Here', config: { roots: [repositories] } }]),
    },
    { SEXTANT__PLUGIN_PATHS: JSON.stringify([echoPlugins(folder)]) },
  );
});
afterAll(async () => {
  await five?.stop();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

async function search(query: string): Promise<Answer> {
  const response = await fetch(`${five.url('server')}/.api/search/stream?${new URLSearchParams({ q: query })}`);
  const events = (await response.text())
    .split('\n\n')
    .filter(Boolean)
    .map((frame) => /^event: (\w+)\ndata: (.*)$/.exec(frame) as RegExpExecArray)
    .map(([, event, data]) => ({ event, data: JSON.parse(data as string) }));
  return {
    status: response.status,
    repositories: [
      ...new Set(events.filter((e) => e.event === 'matches').flatMap((e) => e.data.map((m: { repository: string }) => m.repository))),
    ].sort() as string[],
    verdict: events.find((e) => e.event === 'verdict')?.data,
  };
}

async function graphql(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<GraphQLAnswer> {
  const response = await fetch(`${five.url('server')}/.api/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as Omit<GraphQLAnswer, 'status'>) };
}

const contentOf = (name: string): ReturnType<typeof graphql> =>
  graphql('query ($name: String!) { repository(name: $name) { commit(rev: "main") { blob(path: "src/main.ts") { content } } } }', { name });
const shardOf = (name: string): ProcessName => `git-${Number(createHash('md5').update(name).digest().readBigUInt64BE(0) % 2n) as 0 | 1}`;
const on = (shard: ProcessName): string[] => NAMES.filter((name) => shardOf(name) === shard).sort();
const everywhere = [...NAMES].sort();
const readyz = async (name: ProcessName): Promise<number> => (await fetch(`${five.url(name)}/readyz`)).status;
const say = (what: string, value: unknown): void => {
  if (process.env.SEXTANT_TEST_REPORT) process.stderr.write(`${what}: ${JSON.stringify(value)}\n`);
};

describe('five processes', () => {
  it('start in any order, each with its own roles and nothing more', async () => {
    // Those that call others first: nobody they call is there yet.
    five.start('search');
    five.start('server');
    await five.ready('search');
    await expect.poll(() => five.log('search'), eventually).toContain('SEXTANT_REMOTE_UNREACHABLE');
    await expect.poll(() => five.log('server'), eventually).toContain('No process migrates it yet');
    for (const name of ['git-0', 'git-1', 'worker'] as const) five.start(name);
    for (const name of PROCESSES) expect(await five.ready(name)).toBe(five.url(name));
    for (const name of PROCESSES) {
      expect(await (await fetch(`${five.url(name)}/healthz`)).text()).toBe('ok\n');
      expect(await readyz(name)).toBe(200);
    }
  }, 120_000);

  it('do the main job together: mirrored on both shards, indexed by one process, searched on another', async () => {
    await expect
      .poll(() => search('needle index:only'), eventually)
      .toMatchObject({ repositories: everywhere, verdict: { exhaustive: true, oldestIndexAt: expect.any(String) } });
    const { data, errors } = await graphql(
      '{ search(query: "needle type:file") { results { matchCount completeness { exhaustive } results { ... on FileMatch { repository { name } file { content } } } } } }',
    );
    expect(errors).toBeUndefined();
    expect(at(data, 'search.results')).toMatchObject({ matchCount: 6, completeness: { exhaustive: true } });
    expect((at(data, 'search.results.results.*.repository.name') as string[]).sort()).toEqual(everywhere);
    expect(on('git-0').length).toBeGreaterThan(0);
    expect(on('git-1').length).toBeGreaterThan(0);
    for (const shard of ['git-0', 'git-1'] as const) expect(mirrorsOf(shard)).toEqual(on(shard));
    expect(PROCESSES.filter((name) => existsSync(join(five.dataDir(name), 'keys')))).toEqual([]);
    expect(PROCESSES.filter((name) => existsSync(join(five.dataDir(name), 'index')))).toEqual(['worker', 'search']);
    expect(PROCESSES.filter((name) => existsSync(join(five.dataDir(name), 'repos')))).toEqual(['git-0', 'git-1']);
    const bytes = Object.fromEntries(
      await Promise.all(PROCESSES.filter((n) => n !== 'server').map(async (name) => [name, await five.bytes(name)] as const)),
    );
    say('bytes', bytes);
    for (const name of ['worker', 'git-0', 'git-1', 'search']) {
      expect(bytes[name]?.received).toBeGreaterThan(1_000);
      expect(bytes[name]?.sent).toBeGreaterThan(1_000);
    }
  }, 180_000);

  it('find a new commit', async () => {
    const started = performance.now();
    commit(join(folder, 'repositories', 'gamma'), { 'src/fresh.ts': 'export const fresh = "just_arrived";\n' });
    await expect.poll(async () => (await search('just_arrived index:only')).repositories, eventually).toEqual(['gamma']);
    say('ms from a commit to a match', Math.round(performance.now() - started));
  }, 90_000);

  it('answer nobody without a certificate of their own authority', async () => {
    const strangers = join(folder, 'strangers');
    execFileSync(join(import.meta.dirname, '..', '..', '..', 'examples', 'configs', 'roles', 'make-certificates.sh'), [strangers], {
      stdio: 'ignore',
    });
    const path = '/rpc/git.service%401/defaultBranch';
    const refused: Record<string, unknown> = {};
    for (const name of ['worker', 'git-0', 'git-1', 'search'] as const) {
      refused[name] = [await five.call(name, path), await five.call(name, path, { folder: strangers, name: 'server' })];
      for (const outcome of refused[name] as unknown[]) expect(outcome).toBeTypeOf('string');
      expect(await five.call(name, path, { folder: five.certificates, name: 'server' })).toBeTypeOf('number');
      await expect(fetch(`${five.internal(name).replace('https', 'http')}/healthz`)).rejects.toThrow();
    }
    say('refused', refused);
  });

  it('go on without a git shard, name what is missing, and are whole again when it is back', async () => {
    await five.kill('git-1');
    const answers = await Promise.all(NAMES.map(async (name) => [name, await contentOf(name)] as const));
    for (const [name, answer] of answers) {
      expect(answer.status).toBe(200);
      if (shardOf(name) === 'git-0')
        expect(answer).toMatchObject({ data: { repository: { commit: { blob: { content: expect.stringContaining(name) } } } } });
      else expect(answer.errors?.[0]?.extensions.code).toBe('SEXTANT_REMOTE_UNREACHABLE');
    }
    say('blob of a repository on a dead shard', answers.find(([name]) => shardOf(name) === 'git-1')?.[1]);
    const indexed = await search('needle index:only');
    expect(indexed).toMatchObject({ status: 200, repositories: everywhere });
    const scanned = await search('needle index:no');
    expect(scanned).toMatchObject({ status: 200, repositories: on('git-0'), verdict: { exhaustive: false } });
    expect([...new Set(scanned.verdict.reasons.flatMap((r) => r.repositories ?? []))].sort()).toEqual(on('git-1'));
    say('indexed search without git-1', indexed);
    say('unindexed search without git-1', scanned);

    five.start('git-1');
    await five.ready('git-1');
    await expect
      .poll(() => search('needle index:no'), eventually)
      .toMatchObject({ repositories: everywhere, verdict: { exhaustive: true } });
    expect((await contentOf(on('git-1')[0] as string)).errors).toBeUndefined();
  }, 180_000);

  it('say that nothing was searched when the search process is gone, and are whole again when it is back', async () => {
    await five.kill('search');
    const answer = await search('needle');
    say('search without the search process', answer);
    expect(answer).toMatchObject({ status: 200, verdict: { exhaustive: false } });
    expect([...new Set(answer.verdict.reasons.flatMap((r) => r.repositories ?? []))].sort()).toEqual(everywhere);
    const { status, data, errors } = await graphql('{ search(query: "needle") { results { completeness { exhaustive words } } } }');
    say('GraphQL without the search process', { status, data, errors });
    if (errors === undefined) expect(at(data, 'search.results.completeness.exhaustive')).toBe(false);

    five.start('search');
    await five.ready('search');
    await expect
      .poll(() => search('needle index:only'), eventually)
      .toMatchObject({ repositories: everywhere, verdict: { exhaustive: true } });
  }, 180_000);

  it('search on while the process that builds the index is gone, and catch up when it is back', async () => {
    await five.kill('worker');
    expect(await search('needle index:only')).toMatchObject({ repositories: everywhere, verdict: { exhaustive: true } });
    await expect.poll(() => five.log('search'), eventually).toContain('the index cannot be followed');
    commit(join(folder, 'repositories', 'beta'), { 'src/later.ts': 'export const later = "made_meanwhile";\n' });
    five.start('worker');
    await five.ready('worker');
    await expect
      .poll(async () => (await search('made_meanwhile index:only')).repositories, { ...eventually, timeout: 120_000 })
      .toEqual(['beta']);
  }, 240_000);

  it('follow a plugin that is switched off and on, with the database or without', async () => {
    const own = { folder: five.certificates, name: 'server' };
    const feed = (): Promise<number | string> => five.call('worker', '/rpc/search.index-feed%401/repositories', own);
    await expect.poll(() => statesOf('search'), eventually).toEqual({ 'api+web': 'ACTIVE', worker: 'ACTIVE', search: 'ACTIVE' });
    expect((await graphql('mutation { disablePlugin(id: "search") { state } }')).data).toEqual({ disablePlugin: { state: 'DISABLED' } });
    await expect.poll(feed, eventually).toBe(503);
    await expect.poll(() => statesOf('search'), eventually).toEqual({ 'api+web': 'DISABLED', worker: 'DISABLED', search: 'DISABLED' });
    expect((await fetch(`${five.url('server')}/.api/search/stream?q=needle`)).status).toBe(404);
    expect((await graphql('mutation { enablePlugin(id: "search") { state } }')).data).toEqual({ enablePlugin: { state: 'ACTIVE' } });
    await expect.poll(feed, eventually).not.toBe(503);
    await expect
      .poll(() => search('needle index:only'), eventually)
      .toMatchObject({ repositories: everywhere, verdict: { exhaustive: true } });
  }, 120_000);

  it('follow a plugin that is switched off in the processes without a database, refuse its calls, and keep that over a restart', async () => {
    const ask = async (shard: number): Promise<string> => {
      const answer = (await (await fetch(`${five.url('server')}/ask?shard=${shard}`)).json()) as {
        readonly said?: string;
        readonly error?: { readonly code: string };
      };
      return answer.said ?? answer.error?.code ?? 'neither an answer nor an error';
    };
    const asked = async (): Promise<readonly string[]> => [await ask(0), await ask(1)];
    const both = (outcome: string): readonly string[] => [outcome, outcome];
    const flip = async (verb: 'enable' | 'disable'): Promise<void> => {
      expect((await graphql(`mutation { ${verb}Plugin(id: "echo") { state } }`)).errors).toBeUndefined();
    };
    expect(await asked()).toEqual(both('hello'));
    const started = performance.now();
    await flip('disable');
    await expect.poll(asked, eventually).toEqual(both('SEXTANT_REMOTE_PLUGIN_OFF'));
    say('ms from disabling to a refusal in both git processes', Math.round(performance.now() - started));
    await expect.poll(() => statesOf('echo'), eventually).toEqual({ 'git#0': 'DISABLED', 'git#1': 'DISABLED' });

    await five.kill('git-1');
    five.start('git-1');
    await five.ready('git-1');
    expect(await ask(1)).toBe('SEXTANT_REMOTE_PLUGIN_OFF');

    // One that is away when it is switched on, and hears of it after its start.
    await five.kill('git-1');
    await flip('enable');
    await expect.poll(() => ask(0), eventually).toBe('hello');
    expect(await ask(1)).toBe('SEXTANT_REMOTE_UNREACHABLE');
    five.start('git-1');
    await five.ready('git-1');
    await expect.poll(asked, eventually).toEqual(both('hello'));

    // All of those that tell are away: nothing changes, and the first that is back tells.
    await flip('disable');
    await expect.poll(asked, eventually).toEqual(both('SEXTANT_REMOTE_PLUGIN_OFF'));
    await Promise.all([five.kill('server'), five.kill('worker')]);
    for (const name of ['worker', 'server'] as const) five.start(name);
    for (const name of ['worker', 'server'] as const) await five.ready(name);
    expect(await asked()).toEqual(both('SEXTANT_REMOTE_PLUGIN_OFF'));
    await flip('enable');
    await expect.poll(asked, eventually).toEqual(both('hello'));
  }, 240_000);

  it('stop when they are told to', async () => {
    expect(await five.stop()).toEqual(Object.fromEntries(PROCESSES.map((name) => [name, 0])));
  }, 90_000);
});

/** The states of a plugin, by the roles of the process; those with the same roles are numbered. */
async function statesOf(id: string): Promise<Readonly<Record<string, string>>> {
  const { data } = await graphql('{ plugins { id processes { roles state } } }');
  const plugins = at(data, 'plugins') as {
    readonly id: string;
    readonly processes: readonly { readonly roles: readonly string[]; readonly state: string }[];
  }[];
  const processes = plugins.find((plugin) => plugin.id === id)?.processes ?? [];
  const name = ({ roles }: { readonly roles: readonly string[] }): string => (roles.includes('worker') ? 'worker' : roles.join('+'));
  const names = processes.map(name);
  return Object.fromEntries(
    processes.map((process, i) => {
      const alike = names.filter((n) => n === names[i]).length > 1;
      return [alike ? `${names[i]}#${names.slice(0, i).filter((n) => n === names[i]).length}` : names[i], process.state];
    }),
  );
}

const mirrorsOf = (shard: ProcessName): string[] => {
  const root = join(five.dataDir(shard), 'repos');
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.endsWith('.git') && !entry.parentPath.includes('.git'))
    .map((entry) => entry.name.slice(0, -'.git'.length))
    .sort();
};
