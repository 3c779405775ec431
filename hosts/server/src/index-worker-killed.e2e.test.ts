import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '@sextant/kernel';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commit, FiveProcesses } from './testing/five-processes.js';

// The process that builds the index is killed at its work, again and again, while people search and repositories change.

/** SEXTANT_TEST_KILLS=20 for the figures; SEXTANT_TEST_REPORT=1 prints them. */
const KILLS = Number(process.env.SEXTANT_TEST_KILLS ?? 1);
const NAMES = ['alpha', 'beta', 'gamma'];
const FILES = 24;
const eventually = { timeout: 120_000, interval: 50 };

let folder: string;
let database: TestDatabase;
let five: FiveProcesses;

/** Every file of a round names it, and holds one needle: an answer of two rounds at once is wrong. */
const round = (n: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: FILES }, (_, file) => [
      `src/file-${file}.ts`,
      `export const needle = 'round-${n}-end';\n${filler(n * FILES + file)}`,
    ]),
  );
/** 200 kB that no other file has, so that a round is some MB to index. */
function filler(seed: number): string {
  let text = '';
  for (let i = 0; text.length < 200_000; i++)
    text += `export function f${seed}_${i}(a: number) { return a * ${(seed * 7919 + i * 104_729) % 65_521}; }\n`;
  return text;
}
const put = (name: string, n: number): string => commit(join(folder, 'repositories', name), round(n));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-killed-'));
  chmodSync(folder, 0o711);
  for (const name of NAMES) put(name, 0);
  database = await createTestDatabase();
  five = await FiveProcesses.in(folder, {
    SEXTANT_DATABASE_URL: database.dsn,
    SEXTANT__PLUGINS__CODE_HOST__CONNECTIONS: JSON.stringify([
      { kind: 'LOCAL', displayName: 'Here', config: { roots: [join(folder, 'repositories')] } },
    ]),
    SEXTANT__PLUGINS__SEARCH__INDEX_EVERY: '2s',
  });
  for (const name of ['git-0', 'git-1', 'search', 'worker', 'server'] as const) five.start(name);
  await five.ready('server');
}, 180_000);
afterAll(async () => {
  await five?.stop();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  /** By repository: the rounds that its matches name, and how many there are. */
  readonly found: ReadonlyMap<string, { readonly rounds: ReadonlySet<string>; readonly files: number }>;
  readonly exhaustive: boolean;
  readonly reasons: readonly string[];
}

async function search(): Promise<Answer> {
  const response = await fetch(`${five.url('server')}/.api/search/stream?${new URLSearchParams({ q: 'needle index:only count:all' })}`);
  const found = new Map<string, { rounds: Set<string>; files: number }>();
  let verdict = { exhaustive: false, reasons: [] as { readonly reason: string }[] };
  for (const frame of (await response.text()).split('\n\n')) {
    const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? [];
    if (event === 'verdict') verdict = JSON.parse(data!);
    if (event !== 'matches') continue;
    for (const { repository, lineMatches } of JSON.parse(data!) as { repository: string; lineMatches: { line: string }[] }[]) {
      const of = found.get(repository) ?? { rounds: new Set(), files: 0 };
      found.set(repository, of);
      of.files++;
      for (const { line } of lineMatches) of.rounds.add(/round-\d+-end/.exec(line)?.[0] ?? line);
    }
  }
  return { found, exhaustive: verdict.exhaustive, reasons: verdict.reasons.map(({ reason }) => reason) };
}

/** What is wrong with an answer, in words: it may be of an older commit, never of two, and what it lacks it must say. */
function faults({ found, exhaustive }: Answer): string[] {
  const wrong: string[] = [];
  for (const name of NAMES) {
    const of = found.get(name);
    if (of && of.rounds.size > 1) wrong.push(`${name} is of ${[...of.rounds].join(' and ')}`);
    if (of?.files !== FILES && exhaustive) wrong.push(`${name} has ${of?.files ?? 0} of ${FILES} files and nothing is said of it`);
  }
  return wrong;
}

const isWhole = (answer: Answer, n: number): boolean =>
  answer.exhaustive &&
  NAMES.every((name) => answer.found.get(name)?.files === FILES && answer.found.get(name)?.rounds.has(`round-${n}-end`));

it(
  'answers rightly while the process that builds the index is killed at its work, and is whole again after each time',
  async () => {
    const wholeAt = (n: number) => expect.poll(async () => isWhole(await search(), n), eventually).toBe(true);
    await wholeAt(0);
    const stop = new AbortController();
    const wrong: string[] = [];
    let answers = 0;
    const reasons = new Map<string, number>();
    const people = Array.from({ length: 3 }, async () => {
      while (!stop.signal.aborted) {
        const answer = await search();
        answers++;
        wrong.push(...faults(answer));
        for (const reason of answer.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
    });
    const whole: number[] = [];
    let killedAtWork = 0;
    for (let n = 1; n <= KILLS; n++) {
      for (const name of NAMES) put(name, n);
      // It is at work when it writes a shard; then it may write for a while longer.
      await expect.poll(() => isBuilding(), { timeout: 30_000, interval: 5 }).toBe(true);
      await wait((n * 37) % 150);
      if (isBuilding()) killedAtWork++;
      await five.kill('worker');
      const killed = performance.now();
      five.start('worker');
      await wholeAt(n);
      whole.push(Math.round(performance.now() - killed));
    }
    stop.abort();
    await Promise.all(people);
    expect(wrong).toEqual([]);
    expect(answers).toBeGreaterThan(KILLS);
    const left = () => [...leftIn('worker'), ...leftIn('search')];
    await expect.poll(left, eventually).toEqual([]);
    whole.sort((a, b) => a - b);
    if (process.env.SEXTANT_TEST_REPORT)
      process.stderr.write(
        `${JSON.stringify({ kills: KILLS, killedAtWork, answers, wrong: wrong.length, reasons: Object.fromEntries(reasons), filesLeft: left().length, msToWhole: { median: whole[whole.length >> 1], longest: whole.at(-1) } })}\n`,
      );
  },
  240_000 + KILLS * 120_000,
);

const shards = (name: 'worker' | 'search') => join(five.dataDir(name), 'index', 'shards');
const isBuilding = (): boolean => existsSync(shards('worker')) && readdirSync(shards('worker')).some((file) => file.endsWith('.tmp'));

/** Files that no manifest names; replaced shards stay a minute for those that may still read them. */
function leftIn(name: 'worker' | 'search'): string[] {
  const index = join(five.dataDir(name), 'index');
  const manifests = readdirSync(join(index, 'repositories')).map((file) => readFileSync(join(index, 'repositories', file), 'utf8'));
  const orphans = readdirSync(shards(name)).filter((file) => !manifests.some((text) => text.includes(`"${file.split('.')[0]}"`)));
  return [...orphans, ...readdirSync(join(index, 'quarantine'))];
}
