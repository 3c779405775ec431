import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '@sextant/kernel';
import { at } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commit, FiveProcesses, type SearchNodeName } from './testing/five-processes.js';

// An index spread over three search processes, whose nodes come, go and die while somebody searches. The tests go on from each other.
const NAMES = Array.from({ length: 12 }, (_, i) => `repository-${i}`);
const NODES = ['search-0', 'search-1', 'search-2'] as const;
const eventually = { timeout: 90_000, interval: 200 };

let folder: string;
let database: TestDatabase;
let five: FiveProcesses;
let whole: readonly string[];

interface Answer {
  readonly found: readonly string[];
  readonly verdict: {
    readonly exhaustive: boolean;
    readonly words: string;
    readonly reasons: readonly { readonly repositories?: readonly string[] }[];
  };
}
interface Node {
  readonly name: string;
  readonly state: string;
  readonly online: boolean;
  readonly repositories: number;
  readonly incoming: number;
  readonly outgoing: number;
  readonly problem: string | null;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-nodes-'));
  chmodSync(folder, 0o711);
  const repositories = join(folder, 'repositories');
  for (const name of NAMES)
    commit(join(repositories, name), {
      'src/main.ts': `export const name = '${name}'; // a needle\n`,
      'notes.txt': 'more text\n'.repeat(2_000),
    });
  database = await createTestDatabase();
  five = await FiveProcesses.in(
    folder,
    {
      SEXTANT_DATABASE_URL: database.dsn,
      SEXTANT__PLUGINS__CODE_HOST__CONNECTIONS: JSON.stringify([{ kind: 'LOCAL', displayName: 'Here', config: { roots: [repositories] } }]),
    },
    {},
    NODES,
  );
});
afterAll(async () => {
  await five?.stop();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

async function search(): Promise<Answer> {
  const response = await fetch(`${five.url('server')}/.api/search/stream?${new URLSearchParams({ q: 'needle index:only count:all' })}`);
  const events = (await response.text()).split('\n\n').flatMap((frame) => {
    const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? [];
    return event ? [{ event, data: JSON.parse(data as string) }] : [];
  });
  return {
    found: events
      .filter((e) => e.event === 'matches')
      .flatMap((e) =>
        e.data.map(
          (m: { repository: string; path: string; lineMatches?: unknown }) => `${m.repository} ${m.path} ${JSON.stringify(m.lineMatches)}`,
        ),
      )
      .sort(),
    verdict: events.find((e) => e.event === 'verdict')?.data,
  };
}

async function graphql(query: string): Promise<unknown> {
  const response = await fetch(`${five.url('server')}/.api/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { readonly data: unknown; readonly errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

async function nodes(): Promise<Readonly<Record<string, Node>>> {
  const listed = at(await graphql('{ searchNodes { name state online repositories incoming outgoing problem } }'), 'searchNodes') as Node[];
  return Object.fromEntries(listed.map((node) => [node.name, node]));
}

/** Repositories by node, once nothing moves. */
async function settled(holds: (held: Readonly<Record<string, number>>) => boolean): Promise<Readonly<Record<string, number>>> {
  let held: Record<string, number> = {};
  await expect
    .poll(async () => {
      const listed = Object.values(await nodes());
      held = Object.fromEntries(listed.map(({ name, repositories }) => [name, repositories]));
      return listed.every(({ incoming, outgoing }) => incoming + outgoing === 0) && holds(held) ? 'settled' : listed;
    }, eventually)
    .toBe('settled');
  say('repositories by node', held);
  return held;
}
const sum = (held: Readonly<Record<string, number>>): number => Object.values(held).reduce((a, b) => a + b, 0);

/** Searches over and over until `work` is done. @returns how often, and what was not the whole answer. */
async function searchingMeanwhile(work: () => Promise<unknown>): Promise<{ readonly asked: number; readonly wrong: readonly Answer[] }> {
  let isDone = false;
  let asked = 0;
  const wrong: Answer[] = [];
  const asking = (async () => {
    for (; !isDone; asked++) {
      const answer = await search();
      if (!answer.verdict.exhaustive || answer.found.join() !== whole.join()) wrong.push(answer);
      await wait(20);
    }
  })();
  await work().finally(() => {
    isDone = true;
  });
  await asking;
  say('searches meanwhile', { asked, wrong: wrong.length });
  return { asked, wrong };
}

async function restartWorker(among: readonly SearchNodeName[], copies = 1): Promise<void> {
  await five.kill('worker');
  five.start('worker', { SEXTANT__PLUGINS__SEARCH__NODES: JSON.stringify(among), SEXTANT__PLUGINS__SEARCH__COPIES: String(copies) });
  await five.ready('worker');
}
const say = (what: string, value: unknown): void => {
  if (process.env.SEXTANT_TEST_REPORT) process.stderr.write(`${what}: ${JSON.stringify(value)}\n`);
};

describe('search nodes', () => {
  it('share the repositories', async () => {
    for (const name of ['server', 'git-0', 'git-1', 'search-0', 'search-1'] as const) five.start(name);
    five.start('worker', { SEXTANT__PLUGINS__SEARCH__NODES: JSON.stringify(['search-0', 'search-1']) });
    for (const name of ['server', 'worker', 'git-0', 'git-1', 'search-0', 'search-1'] as const) await five.ready(name);
    const held = await settled((now) => sum(now) === NAMES.length);
    expect(Math.min(held['search-0'] as number, held['search-1'] as number)).toBeGreaterThan(0);
    await expect.poll(async () => (await search()).found.length, eventually).toBe(NAMES.length);
    const answer = await search();
    expect(answer.verdict.exhaustive).toBe(true);
    whole = answer.found;
  }, 180_000);

  it('give a new node its share without a gap, also while the process with the index restarts', async () => {
    const before = await nodes();
    five.start('search-2');
    await five.ready('search-2');
    const { asked, wrong } = await searchingMeanwhile(async () => {
      await restartWorker(NODES);
      const held = await settled((now) => (now['search-2'] ?? 0) > 0 && sum(now) === NAMES.length);
      for (const name of ['search-0', 'search-1']) expect(held[name]).toBeLessThanOrEqual((before[name] as Node).repositories);
    });
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(10);
  }, 180_000);

  it('empty a drained node without a gap, say when it is empty, and fill it again', async () => {
    const { wrong } = await searchingMeanwhile(async () => {
      await graphql('mutation { drainSearchNode(name: "search-0") { state } }');
      await expect.poll(async () => (await nodes())['search-0'], eventually).toMatchObject({ state: 'DRAINED', repositories: 0 });
      await settled((held) => sum(held) === NAMES.length);
      await graphql('mutation { undrainSearchNode(name: "search-0") { state } }');
      await settled((held) => (held['search-0'] as number) > 0 && sum(held) === NAMES.length);
    });
    expect(wrong).toEqual([]);
  }, 240_000);

  it('leave out what a node that died held alone, and name all of it', async () => {
    const { repositories } = (await nodes())['search-1'] as Node;
    await five.kill('search-1');
    const answer = await search();
    say('one of three is dead', answer.verdict.words);
    expect(answer.verdict.exhaustive).toBe(false);
    const missing = [...new Set(answer.verdict.reasons.flatMap((r) => r.repositories ?? []))];
    expect(missing).toHaveLength(repositories);
    expect(answer.found).toEqual(whole.filter((line) => !missing.includes(line.split(' ', 1)[0] as string)));
    await expect.poll(async () => (await nodes())['search-1'], eventually).toMatchObject({ online: false, state: 'ACTIVE' });
    five.start('search-1');
    await five.ready('search-1');
    await expect.poll(search, eventually).toMatchObject({ found: whole, verdict: { exhaustive: true } });
  }, 180_000);

  it('answer in full without any one of them where each repository is held twice', async () => {
    const { wrong } = await searchingMeanwhile(async () => {
      await restartWorker(NODES, 2);
      await settled((held) => sum(held) === NAMES.length * 2);
      for (const name of NODES) {
        await five.kill(name);
        for (let i = 0; i < 5; i++) expect(await search()).toMatchObject({ found: whole, verdict: { exhaustive: true } });
        five.start(name);
        await five.ready(name);
        await settled((held) => sum(held) === NAMES.length * 2);
        await expect.poll(async () => Object.values(await nodes()).every(({ online }) => online), eventually).toBe(true);
        // Asked for what it holds, it is one of two that may answer.
        await expect.poll(() => five.bytes(name).then(({ sent }) => sent), eventually).toBeGreaterThan(0);
      }
    });
    expect(wrong).toEqual([]);
  }, 300_000);
});
