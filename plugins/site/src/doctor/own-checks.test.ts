import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobsOverview, PluginStatus } from '@sextant/sdk';
import { afterAll, expect, it } from 'vitest';
import type { Finding } from '../api.js';
import { ownChecks } from './own-checks.js';

const folder = mkdtempSync(join(tmpdir(), 'sextant-own-checks-'));
afterAll(() => rmSync(folder, { recursive: true }));
const now = new Date('2026-01-02T03:04:05Z');
const worker = { instance: 'host:1', seenAt: now, isAlive: true };
const idle: JobsOverview = { ready: 0, running: 0, failed: 0, oldestReady: undefined, unhandled: [], workers: [worker], now };

interface Case {
  readonly plugins?: readonly Partial<PluginStatus>[];
  readonly jobs?: Partial<JobsOverview>;
  readonly databaseClock?: string;
  readonly stored?: string;
}

const retried: string[] = [];
async function found({
  plugins = [],
  jobs = {},
  databaseClock = now.toISOString(),
  stored,
}: Case): Promise<readonly (Finding & { check: string })[]> {
  let blob: Uint8Array = new Uint8Array();
  const watched = {
    plugins: { list: () => plugins as readonly PluginStatus[] },
    jobs: {
      overview: async () => ({ ...idle, ...jobs }),
      list: async () => [{ id: '7', name: 'git.fetch-repository', key: 'fetch:1', attempt: 5, error: 'no disk' }] as never,
      retry: async (ids: readonly string[]) => retried.push(...ids),
    },
    db: { query: async () => [{ now: new Date(databaseClock) }] as never },
    blobs: {
      put: async (_key: string, content: unknown) => {
        blob = stored === undefined ? (content as Uint8Array) : Buffer.from(stored);
        return {} as never;
      },
      get: async () =>
        (async function* () {
          yield blob;
        })(),
      delete: async () => undefined,
    },
    clock: { now: () => now },
    process: { folder: () => folder },
  };
  const signal = new AbortController().signal;
  const told = ownChecks.map(async (make) => {
    const check = make(watched);
    return (await check.run({ actor: {} as never, signal })).map((finding) => ({ ...finding, check: check.name }));
  });
  return (await Promise.all(told)).flat();
}

it('finds nothing where all is well, and says what it looked at', async () => {
  const all = await found({
    plugins: [
      { id: 'a', state: 'active' },
      { id: 'b', state: 'disabled' },
    ],
  });
  expect(all.filter(({ level, check }) => level !== 'ok' && check !== 'disk')).toEqual([]);
  expect(new Set(all.map(({ check }) => check))).toEqual(new Set(['plugins', 'migrations', 'clock', 'jobs', 'disk', 'blobs']));
});

it.each<[what: string, given: Case, check: string, finding: Partial<Finding>]>([
  ['a plugin that failed', { plugins: [{ id: 'a', state: 'failed', reason: 'boom' }] }, 'plugins', { level: 'error', why: 'boom' }],
  ['a plugin that is degraded', { plugins: [{ id: 'a', state: 'degraded', reason: 'slow' }] }, 'plugins', { level: 'warning' }],
  ['tables that could not be migrated', { plugins: [{ id: 'a', state: 'failed', phase: 'migrate' }] }, 'migrations', { level: 'error' }],
  [
    'a clock that is a little off',
    { databaseClock: '2026-01-02T03:04:35Z' },
    'clock',
    { level: 'warning', what: "The clock of this process is 30.0 s behind the database's." },
  ],
  ['a clock that is far off', { databaseClock: '2026-01-02T02:04:05Z' }, 'clock', { level: 'error' }],
  ['that nobody works', { jobs: { workers: [] } }, 'jobs', { level: 'error', what: 'No process that lives runs jobs.' }],
  [
    'a worker that is silent',
    { jobs: { workers: [worker, { ...worker, instance: 'host:2', isAlive: false }] } },
    'jobs',
    { level: 'warning' },
  ],
  ['work that nobody does', { jobs: { unhandled: ['a.do-it'] } }, 'jobs', { level: 'error', code: 'SEXTANT_JOB_NO_HANDLER' }],
  [
    'a queue that is far behind',
    { jobs: { oldestReady: new Date('2026-01-02T02:00:00Z') } },
    'jobs',
    { level: 'warning', what: 'The oldest job waits for 64 minutes.' },
  ],
  ['blobs that come back otherwise', { stored: 'xx' }, 'blobs', { level: 'error' }],
])('finds %s', async (_what, given, check, finding) => {
  expect((await found(given)).filter((one) => one.check === check)[0]).toMatchObject(finding);
});

it('offers to run a job once more that failed for good, and says of the others how many there are', async () => {
  const findings = (await found({ jobs: { failed: 3 } })).filter(({ check, level }) => check === 'jobs' && level !== 'ok');
  expect(findings).toMatchObject([{ why: 'no disk', mend: { id: 'retry:7' } }, { what: '2 more jobs failed for good.' }]);
  await findings[0]?.mend?.run({ signal: new AbortController().signal });
  expect(retried).toEqual(['7']);
});
