import type { AnyJob, JobsOverview } from '@sextant/sdk';
import type { SharedPool } from '../storage/shared-pool.js';
import { fullKey } from './job-queue.js';

// As the library takes them: by priority, then by when they may run.
const AHEAD = `
  with mine as (select id, priority, run_at from graphile_worker.jobs where key = $2 and locked_at is null and attempts < max_attempts)
  select (select count(*)::int from graphile_worker.jobs j
    where j.task_identifier = $1 and j.locked_at is null and j.attempts < j.max_attempts and j.run_at <= now()
      and (j.priority, j.run_at, j.id) < (mine.priority, mine.run_at, mine.id)) as ahead
  from mine`;

const COUNTS = `
  select count(*) filter (where locked_at is null and attempts < max_attempts and run_at <= now())::int as ready,
    count(*) filter (where locked_at is not null)::int as running,
    count(*) filter (where locked_at is null and attempts >= max_attempts)::int as failed,
    min(run_at) filter (where locked_at is null and attempts < max_attempts and run_at <= now()) as oldest_ready, clock_timestamp() as now
  from graphile_worker.jobs`;

const UNHANDLED = `
  select distinct j.task_identifier as name from graphile_worker.jobs j
  where j.locked_at is null and j.attempts < j.max_attempts and j.run_at < now() - $2 * interval '1 millisecond' and not exists (
    select 1 from kernel.workers w where j.task_identifier = any (w.handles) and w.beat_at > now() - $1 * interval '1 millisecond')
  order by 1 limit 100`;

/** How the queue stands, for people who ask why something does not get done. */
export class JobStanding {
  constructor(
    private readonly main: SharedPool,
    private readonly options: { readonly silence: number; readonly noHandlerGrace: number },
  ) {}

  async ahead(job: AnyJob, key: string): Promise<number | undefined> {
    const { rows } = await this.main.query<{ ahead: number }>(AHEAD, [job.name, fullKey(job, key)]);
    return rows[0]?.ahead;
  }

  async overview(): Promise<JobsOverview> {
    const { silence, noHandlerGrace } = this.options;
    const [counts, unhandled, workers] = await Promise.all([
      this.main.query<{ ready: number; running: number; failed: number; oldest_ready: Date | null; now: Date }>(COUNTS),
      this.main.query<{ name: string }>(UNHANDLED, [silence, noHandlerGrace]),
      this.main.query<{ instance: string; seenAt: Date; isAlive: boolean }>(
        `select instance, max(beat_at) as "seenAt", max(beat_at) > now() - $1 * interval '1 millisecond' as "isAlive" from kernel.workers group by instance order by instance limit 1000`,
        [silence],
      ),
    ]);
    const { oldest_ready, ...numbers } = counts.rows[0]!;
    return {
      ...numbers,
      oldestReady: oldest_ready ?? undefined,
      unhandled: unhandled.rows.map(({ name }) => name),
      workers: workers.rows,
    };
  }

  async retry(ids: readonly string[]): Promise<number> {
    const numbers = ids.filter((id) => /^[0-9]{1,18}$/.test(id));
    const { rows } = await this.main.query<{ id: string }>(
      `select id from graphile_worker.reschedule_jobs(
         array(select id from graphile_worker.jobs where id = any($1::bigint[]) and locked_at is null and attempts >= max_attempts), now(), null, 0)`,
      [numbers],
    );
    return rows.length;
  }
}
