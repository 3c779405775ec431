import { randomUUID } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import type { Blobs, Clock, Jobs, JobsOverview, PluginStatus, Plugins, Process, Queryable } from '@sextant/sdk';
import type { Finding, SystemCheck } from '../api.js';

interface Watched {
  readonly plugins: Pick<Plugins, 'list'>;
  readonly jobs: Pick<Jobs, 'list' | 'overview' | 'retry'>;
  readonly db: Queryable;
  readonly blobs: Pick<Blobs, 'put' | 'get' | 'delete'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly process: Pick<Process, 'folder'>;
}

const GIB = 1024 ** 3;
const LOW_DISK = 2 * GIB;
const NO_DISK = GIB / 4;
/** Milliseconds that clocks may differ: tokens, webhooks and schedules are off by as much. */
const SKEW = 5_000;
const GREAT_SKEW = 60_000;
const LONG_WAIT = 10 * 60_000;
const FAILED_SHOWN = 20;

/** What this plugin itself looks at: what belongs to the installation, and to no other plugin. */
export const ownChecks: readonly ((watched: Watched) => SystemCheck)[] = [
  ({ plugins }) => ({ name: 'plugins', run: async () => pluginFindings(plugins.list()) }),
  ({ plugins }) => ({ name: 'migrations', run: async () => migrationFindings(plugins.list()) }),
  (watched) => ({ name: 'clock', run: () => clockFindings(watched) }),
  (watched) => ({ name: 'jobs', run: () => jobFindings(watched) }),
  (watched) => ({ name: 'disk', run: () => diskFindings(watched) }),
  (watched) => ({ name: 'blobs', run: () => blobFindings(watched) }),
];

/** Their states carry what the health probes say. */
function pluginFindings(plugins: readonly PluginStatus[]): readonly Finding[] {
  const bad = plugins.filter(({ state, phase }) => !['active', 'disabled'].includes(state) && phase !== 'migrate');
  const findings = bad.map(
    ({ id, state, reason, code }): Finding => ({
      level: state === 'degraded' ? 'warning' : 'error',
      what: `The plugin "${id}" is ${state}.`,
      why: reason,
      code,
    }),
  );
  const active = plugins.filter(({ state }) => state === 'active').length;
  return [...findings, { level: 'ok', what: `${active} plugins are active.` }];
}

function migrationFindings(plugins: readonly PluginStatus[]): readonly Finding[] {
  const failed = plugins.filter(({ phase }) => phase === 'migrate');
  if (failed.length === 0) return [{ level: 'ok', what: 'The tables of all plugins are as this version has them.' }];
  return failed.map(({ id, reason, code }) => ({
    level: 'error',
    what: `The tables of the plugin "${id}" could not be brought to this version.`,
    why: reason,
    code,
    fix: 'Mend what is named, and start Sextant again: a migration that failed has changed nothing.',
  }));
}

async function clockFindings({ db, clock }: Watched): Promise<readonly Finding[]> {
  const before = clock.now().getTime();
  const [row] = await db.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const after = clock.now().getTime();
  const skew = Math.round((before + after) / 2 - (row?.now.getTime() ?? Number.NaN));
  const size = Math.abs(skew);
  if (!(size > SKEW)) return [{ level: 'ok', what: 'The clocks of this process and of the database agree.' }];
  return [
    {
      level: size > GREAT_SKEW ? 'error' : 'warning',
      what: `The clock of this process is ${(size / 1000).toFixed(1)} s ${skew > 0 ? 'ahead of' : 'behind'} the database's.`,
      fix: 'Let both machines take their time from one source (NTP).',
    },
  ];
}

async function jobFindings({ jobs }: Watched): Promise<readonly Finding[]> {
  const overview = await jobs.overview();
  const failed = overview.failed === 0 ? [] : await jobs.list({ state: 'failed', limit: FAILED_SHOWN });
  return [
    ...workerFindings(overview),
    ...failed.map(
      ({ id, name, key, error, attempt }): Finding => ({
        level: 'warning',
        what: `The job ${id} (${name}${key === undefined ? '' : ` ${key}`}) failed for good, after ${attempt} ${attempt === 1 ? 'attempt' : 'attempts'}.`,
        why: error,
        fix: 'Mend what it names; then run it once more.',
        mend: { id: `retry:${id}`, does: `Runs the job ${id} (${name}) once more.`, run: async () => void (await jobs.retry([id])) },
      }),
    ),
    ...(overview.failed > failed.length
      ? [{ level: 'warning' as const, what: `${overview.failed - failed.length} more jobs failed for good.`, fix: 'Mend these first.' }]
      : []),
    {
      level: 'ok',
      what: `${overview.running} jobs run, ${overview.ready} wait, ${overview.workers.filter(({ isAlive }) => isAlive).length} workers live.`,
    },
  ];
}

function workerFindings({ workers, unhandled, oldestReady, now }: JobsOverview): readonly Finding[] {
  const findings: Finding[] = [];
  if (!workers.some(({ isAlive }) => isAlive))
    findings.push({ level: 'error', what: 'No process that lives runs jobs.', fix: 'Start one with the role worker.' });
  for (const { instance, seenAt } of workers.filter(({ isAlive }) => !isAlive))
    findings.push({
      level: 'warning',
      what: `The worker ${instance} was not heard of since ${seenAt.toISOString()}.`,
      why: 'Its process was killed, or stands still; its jobs are given to others by themselves.',
      fix: 'Start it again.',
    });
  if (unhandled.length > 0)
    findings.push({
      level: 'error',
      what: `Nobody does this work, and some waits: ${unhandled.join(', ')}.`,
      code: 'SEXTANT_JOB_NO_HANDLER',
    });
  const waited = oldestReady === undefined ? 0 : now.getTime() - oldestReady.getTime();
  if (waited > LONG_WAIT && unhandled.length === 0)
    findings.push({
      level: 'warning',
      what: `The oldest job waits for ${Math.round(waited / 60_000)} minutes.`,
      why: 'More comes in than the workers do, or each waits for one that takes long.',
      fix: 'Look at the jobs that run; start another worker if there are many.',
    });
  return findings;
}

/** The data folder of the process that answers; others degrade their plugins when theirs is full. */
async function diskFindings({ process }: Watched): Promise<readonly Finding[]> {
  const { bavail, bsize } = await statfs(process.folder('run'));
  const free = bavail * bsize;
  const what = `${(free / GIB).toFixed(1)} GiB are free on the disk of the data folder.`;
  if (free >= LOW_DISK) return [{ level: 'ok', what }];
  return [
    {
      level: free < NO_DISK ? 'error' : 'warning',
      what,
      why: 'Mirrors and index stop growing, and a database on the same disk stops altogether.',
      fix: 'Free space, or move the data folder to a larger disk.',
    },
  ];
}

async function blobFindings({ blobs }: Watched): Promise<readonly Finding[]> {
  const key = `doctor/${randomUUID()}`;
  const content = new Uint8Array([115, 120]);
  try {
    await blobs.put(key, content);
    const read: Uint8Array[] = [];
    for await (const part of (await blobs.get(key)) ?? []) read.push(part);
    if (Buffer.compare(Buffer.concat(read), content) !== 0)
      return [{ level: 'error', what: 'What was just stored as a blob came back otherwise.', fix: 'See the storage behind the blobs.' }];
    return [{ level: 'ok', what: 'Blobs can be written and read.' }];
  } finally {
    await blobs.delete(key).catch(() => undefined);
  }
}
