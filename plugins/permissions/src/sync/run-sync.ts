import { type JobContext, type RetryLater, SextantError, type Storage } from '@sextant/sdk';
import type { SharedState } from '../shared-state.js';
import { bindModeOf } from '../site-settings.js';
import type { RepositorySync } from './repository-sync.js';
import type { CodeHostState, Subject, SyncJobs, SyncOutcome } from './sync-jobs.js';
import type { SyncRun, UserSync } from './user-sync.js';

interface Parts {
  readonly db: Storage;
  readonly jobs: SyncJobs;
  readonly shared: SharedState;
  readonly users: UserSync;
  readonly repositories: RepositorySync;
}

const NOTHING: SyncOutcome = { added: 0, removed: 0, found: 0, codeHostStates: [] };
/** Milliseconds until a place is looked for again. */
const BUSY = 2_000;

/**
 * Runs the sync that waits for this user or repository, and writes down how it went. A host's failure is no failure of the job: the schedule comes back to
 * it. After a crash the sync that was under way is begun again.
 */
export async function runSync(subject: Subject, parts: Parts, job: JobContext, maxAttempts: number): Promise<void | RetryLater> {
  const settings = await parts.shared.settings();
  const ofUser = 'userId' in subject;
  const limit = settings[ofUser ? 'permissions.syncUsersMaxConcurrency' : 'permissions.syncReposMaxConcurrency'];
  const sync = await parts.jobs.begin(subject, limit);
  if (sync === 'busy') return job.retryLater('as many syncs run as may', { after: BUSY });
  if (!sync) return;
  const keep = settings['permissions.syncJobsHistorySize'];
  const cancelled = new AbortController();
  const run: SyncRun = {
    signal: AbortSignal.any([job.signal, cancelled.signal]),
    log: job.log,
    anew: sync.invalidateCaches,
    progress: async (text, found) => {
      job.progress(text);
      if (!(await parts.jobs.progress(sync.id, text, found))) cancelled.abort(new Error('cancelled'));
      run.signal.throwIfAborted();
    },
  };
  try {
    const outcome = ofUser
      ? await parts.users.run(subject.userId, bindModeOf(settings), run)
      : await parts.repositories.run(subject.repositoryId, run);
    await noteHosts(parts.db, outcome.codeHostStates);
    const failures = outcome.codeHostStates.filter(({ status }) => status === 'ERROR');
    const failure = failures.map(({ providerID, message }) => `${providerID}: ${message}`).join(' ');
    const worked = outcome.codeHostStates.length === 0 || failures.length < outcome.codeHostStates.length;
    await parts.jobs.end(sync.id, worked ? 'completed' : 'failed', outcome, failure || undefined, keep);
  } catch (error) {
    if (cancelled.signal.aborted || (job.signal.aborted && (await isCancelled(parts.db, sync.id)))) {
      await parts.jobs.end(sync.id, 'canceled', NOTHING, undefined, keep);
      return;
    }
    // The worker stops: whoever takes the job next begins this sync again.
    if (job.signal.aborted) throw error;
    const last = job.attempt >= maxAttempts;
    const words = SextantError.is(error) ? error.what : 'An unexpected error; see the log.';
    await parts.jobs.end(sync.id, last ? 'failed' : 'errored', NOTHING, words, keep);
    throw error;
  }
}

async function isCancelled(db: Storage, id: number): Promise<boolean> {
  return (await db.query('SELECT FROM sync_jobs WHERE id = $1 AND cancel', [id])).length > 0;
}

/** How each host answered last. */
async function noteHosts(db: Storage, states: readonly CodeHostState[]): Promise<void> {
  for (const { providerType, providerID, status, message } of states)
    await db.query(
      `UPDATE hosts SET answered_at = CASE WHEN $3::boolean THEN now() ELSE answered_at END,
         failing_since = CASE WHEN $3::boolean THEN NULL WHEN $4::text IS NULL THEN failing_since ELSE coalesce(failing_since, now()) END,
         failure = CASE WHEN $3::boolean THEN NULL ELSE coalesce($4, failure) END
       WHERE service_type = $1 AND service_id = $2`,
      [providerType, providerID, status === 'SUCCESS', status === 'ERROR' ? message : null],
    );
}
