import { createHash, randomUUID } from 'node:crypto';
import { type AnyJob, type EnqueueOptions, type JobType, jobProblems, type Queryable, SextantError, type Tx } from '@sextant/sdk';
import type pg from 'pg';
import { must } from '../lifecycle/value-problems.js';
import type { CarriedTrace } from '../observability/tracing.js';
import { jsonProblem } from '../services/json-problem.js';
import { sentence } from '../services/sentence.js';
import { poolOf } from '../storage/open-transaction.js';
import { queryableOn } from '../storage/plugin-storage.js';
import { repeat } from '../storage/repeat.js';
import type { SharedPool } from '../storage/shared-pool.js';
import { isRetryable } from '../storage/storage-failure.js';

/** What is handed to the database for one job. */
export interface JobSpec {
  readonly name: string;
  /** The payload in a box, beside the trace it was enqueued in: the job library gives bare arrays a meaning of their own. */
  readonly payload: { readonly payload: unknown; readonly trace?: CarriedTrace };
  readonly queue: string | null;
  readonly runAt: string | null;
  readonly maxAttempts: number;
  readonly key: string | null;
  readonly priority: number;
  readonly mode: NonNullable<EnqueueOptions['onConflict']>;
  /** How many run at once: as many queues share the jobs of the type. */
  readonly slots: number | null;
}

const MAX_KEY = 400;
const MAX_PRIORITY = 32_767;
const BATCH = 1_000;

/** A key belongs to its job type. */
export const fullKey = (job: AnyJob, key: string): string => `${job.name}:${key}`;
export const keyWithoutName = (name: string, key: string | null): string | undefined =>
  key === null ? undefined : key.startsWith(`${name}:`) ? key.slice(name.length + 1) : key;

const invalid = (what: string, why: string, fix: string): SextantError => new SextantError('SEXTANT_JOB_INVALID', { what, why, fix });

/** @throws SEXTANT_JOB_INVALID for what is no job: a name, or a misspelt import. */
export function refuseNoJob(plugin: string, job: unknown): void {
  const [problem] = jobProblems(job);
  if (problem !== undefined)
    throw invalid(
      `Plugin "${plugin}" gave what is no job.`,
      sentence(problem),
      'Give what defineJob() made; look whether the import has the name that you use.',
    );
}

/** @throws SEXTANT_JOB_INVALID for a payload or options that do not fit the job. */
export function jobSpec<P>(
  plugin: string,
  job: JobType<P>,
  payload: P,
  options: Omit<EnqueueOptions, 'tx'> = {},
  trace?: CarriedTrace,
): JobSpec {
  const parsed = job.payload.safeParse(payload);
  if (!parsed.success)
    throw invalid(
      `The payload for "${job.name}" does not fit.`,
      `${parsed.error.issues.map((issue) => `${issue.path.join('.') || 'payload'}: ${issue.message}`).join('; ')}.`,
      'Correct the named field.',
    );
  const lost = jsonProblem(parsed.data, 'payload', true);
  if (lost !== undefined)
    throw invalid(
      `The payload for "${job.name}" is not plain data.`,
      sentence(`${lost}, which JSON does not keep`),
      'Put ids, texts and numbers into it, and read the rest when the job runs.',
    );
  refuseWrongOptions(job, options);
  if (options.key !== undefined && (options.key === '' || options.key.length > MAX_KEY))
    throw invalid(
      `The key for "${job.name}" has ${options.key.length} characters.`,
      `A key has 1 to ${MAX_KEY}.`,
      'Use an id, or a hash of what is long.',
    );
  const priority = options.priority ?? 0;
  if (!Number.isInteger(priority) || Math.abs(priority) > MAX_PRIORITY)
    throw invalid(
      `The priority for "${job.name}" is ${priority}.`,
      `It is a whole number from -${MAX_PRIORITY} to ${MAX_PRIORITY}.`,
      'Lower runs first; 0 is the default.',
    );
  return {
    name: job.name,
    payload: { payload: parsed.data, ...(trace === undefined ? {} : { trace }) },
    queue: options.queue === undefined ? null : boundedQueue(`${plugin}/${options.queue}`),
    runAt: options.runAt?.toISOString() ?? null,
    maxAttempts: job.maxAttempts,
    key: options.key === undefined ? null : fullKey(job, options.key),
    priority,
    mode: options.onConflict ?? 'replace',
    slots: job.concurrency ?? null,
  };
}

/** What a plugin in plain JavaScript may give for options. */
function refuseWrongOptions(
  job: AnyJob,
  { key, queue, runAt, onConflict }: Readonly<Partial<Record<keyof EnqueueOptions, unknown>>>,
): void {
  const texts = { key, queue };
  const problems = [
    ...Object.entries(texts).flatMap(([name, value]) =>
      value === undefined ? [] : must(typeof value === 'string', `"${name}"`, value, 'a text'),
    ),
    ...must(runAt === undefined || (runAt instanceof Date && !Number.isNaN(runAt.getTime())), '"runAt"', runAt, 'a Date'),
    ...must(
      [undefined, 'replace', 'keep', 'keep-run-at'].includes(onConflict as string),
      '"onConflict"',
      onConflict,
      'replace, keep or keep-run-at',
    ),
  ];
  if (problems.length > 0)
    throw invalid(
      `The options for "${job.name}" are malformed.`,
      sentence(problems.join('; ')),
      "Write jobs.enqueue(job, payload, { key: 'id', runAt: new Date(…), onConflict: 'keep' }).",
    );
}

/** The column takes 128 characters; a hash keeps long names apart. */
const boundedQueue = (name: string): string =>
  name.length <= 120 ? name : `${name.slice(0, 80)}~${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;

const ADD = 'select kernel.add_job($1, $2::json, $3, $4::timestamptz, $5, $6, $7, $8, $9) as id';

export async function addJob(db: Queryable, spec: JobSpec): Promise<string> {
  const rows = await db.query<{ id: string }>(ADD, [
    spec.name,
    JSON.stringify(spec.payload),
    spec.queue,
    spec.runAt,
    spec.maxAttempts,
    spec.key,
    spec.priority,
    spec.mode,
    spec.slots,
  ]);
  return rows[0]!.id;
}

const ADD_MANY = `
  select count(*) from graphile_worker.add_jobs((
    select array_agg((e.name, e.payload, case when e.slots is null then e.queue else kernel.job_slot(e.name, e.queue, e.slots) end,
                      e."runAt"::timestamptz, e."maxAttempts", e.key, e.priority, null::text[])::graphile_worker.job_spec)
      from json_to_recordset($1::json) as e(name text, payload json, queue text, "runAt" text, "maxAttempts" int, key text, priority int, slots int)), $2)`;

/** Thousands at once: one statement for each mode and batch. Of entries with one key the last counts, or the first when they keep. */
export async function addJobs(db: Queryable, specs: readonly JobSpec[]): Promise<void> {
  for (const mode of ['replace', 'keep-run-at'] as const) {
    const chosen = oncePerKey(specs.filter((spec) => spec.mode === mode));
    for (let start = 0; start < chosen.length; start += BATCH)
      await db.query(ADD_MANY, [JSON.stringify(chosen.slice(start, start + BATCH)), mode === 'keep-run-at']);
  }
  for (const spec of specs.filter(({ mode }) => mode === 'keep')) await addJob(db, spec);
}

function oncePerKey(specs: readonly JobSpec[]): readonly JobSpec[] {
  const last = new Map<string, JobSpec>();
  for (const spec of specs) if (spec.key !== null) last.set(spec.key, spec);
  return specs.filter((spec) => spec.key === null || last.get(spec.key) === spec);
}

/** Where jobs are written: the jobs' database, a transaction on it, or the outbox of another database. */
export class JobQueue {
  constructor(
    private readonly main: SharedPool,
    private readonly outboxWritten: () => void,
  ) {}

  async add(spec: JobSpec, tx: Tx | undefined): Promise<string> {
    // One statement is atomic by itself, and costs one round trip instead of three.
    if (tx === undefined)
      return await addJob(
        {
          query: async <R extends object>(sql: string, parameters?: readonly unknown[]) =>
            (await this.main.query(sql, parameters)).rows as R[],
        },
        spec,
      );
    if (poolOf(tx) === this.main) return await addJob(tx, spec);
    return (await this.#post([spec], tx))[0]!;
  }

  async addMany(specs: readonly JobSpec[], tx: Tx | undefined): Promise<void> {
    if (specs.length === 0) return;
    // Whoever enqueues the same keys in another order may wait for us as we wait for them; the database then ends one of the two.
    if (tx === undefined) await repeat(() => this.own((db) => addJobs(db, specs)), isRetryable);
    else if (poolOf(tx) === this.main) await addJobs(tx, specs);
    else await this.#post(specs, tx);
  }

  /** Runs `work` in a transaction of its own on the jobs' database. */
  async own<R>(work: (db: Queryable, client: pg.PoolClient) => Promise<R>): Promise<R> {
    const lease = await this.main.lease('kernel');
    try {
      await lease.client.query('begin');
      const result = await work(queryableOn(lease.client), lease.client);
      await lease.client.query('commit');
      lease.release();
      return result;
    } catch (error) {
      await lease.client.query('rollback').catch(() => lease.taint());
      lease.release(error as Error);
      throw error;
    }
  }

  /** The job exists when the relay has carried it over; until then it is known by the outbox's id. */
  async #post(specs: readonly JobSpec[], tx: Tx): Promise<readonly string[]> {
    const ids = specs.map(() => randomUUID());
    await tx.query('insert into kernel.job_outbox (id, spec) select * from unnest($1::uuid[], $2::json[])', [
      ids,
      specs.map((spec) => JSON.stringify(spec)),
    ]);
    tx.afterCommit(this.outboxWritten);
    return ids.map((id) => `outbox:${id}`);
  }
}
