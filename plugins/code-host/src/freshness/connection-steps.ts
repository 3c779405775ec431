import type { JobRecord, Jobs } from '@sextant/sdk';
import type { FreshnessSource, FreshnessState, FreshnessStep } from '../api.js';
import type { ConnectionRecord, ConnectionStore } from '../connections/connection-store.js';
import type { KindRegistry } from '../connections/kind-registry.js';
import { failureOf } from '../sync/failure-text.js';
import { syncConnection, syncOptions } from '../sync/jobs.js';

/** Few repositories have more than one. */
const MOST_CONNECTIONS = 20;
const FROM_GOOD_TO_BAD: readonly FreshnessState[] = ['ok', 'working', 'waiting', 'unknown', 'failing'];

interface ConnectionParts {
  readonly connections: Pick<ConnectionStore, 'list' | 'usable'>;
  readonly kinds: Pick<KindRegistry, 'get'>;
  readonly jobs: Pick<Jobs, 'list'>;
}

/** The beginning of the chain: the connection that gives a repository, and its last list. Of several the one that is best, since one is enough. */
export const connectionSteps = (parts: ConnectionParts): FreshnessSource => ({
  position: 100,
  async steps(repository) {
    const records = await parts.connections.list({ limit: MOST_CONNECTIONS, repositoryId: repository.id });
    const chains = await Promise.all(records.map((record) => stepsOf(record, parts)));
    const [best] = chains.sort((a, b) => badness(a) - badness(b));
    return best ?? [failing('connection', 'SEXTANT_CODE_HOST_UNCONNECTED', {})];
  },
});

const badness = (steps: readonly FreshnessStep[]): number => Math.max(...steps.map(({ state }) => FROM_GOOD_TO_BAD.indexOf(state)));

async function stepsOf(record: ConnectionRecord, parts: ConnectionParts): Promise<readonly FreshnessStep[]> {
  const { lastSyncAt: lastSuccess, nextSyncAt: nextTry } = record;
  const called = `Connection "${record.displayName}" (${record.kind})`;
  const broken = await problemOf(record, parts);
  if (broken)
    return [
      failing('connection', broken.code, { detail: `${called}: ${broken.text}`, lastSuccess, nextTry }),
      { name: 'sync', state: 'waiting', cause: 'It waits for the connection.', lastSuccess, nextTry },
    ];
  const connection: FreshnessStep = { name: 'connection', state: 'ok', detail: `${called}.` };
  const [job] = await parts.jobs.list({ job: syncConnection, key: syncOptions(record.id).key, limit: 1 });
  return [connection, syncStep(record, job)];
}

/** What is wrong with the connection as such: that it cannot be used, or that its host did not let us in when it was last asked. */
async function problemOf(
  record: ConnectionRecord,
  { connections, kinds }: ConnectionParts,
): Promise<{ readonly code: string; readonly text: string } | undefined> {
  try {
    kinds.get(record.kind);
    await connections.usable(record.id);
  } catch (error) {
    return failureOf(error, undefined);
  }
  const { lastSyncCode: code, lastSyncError: text } = record;
  return code !== undefined && text !== undefined && OF_CONNECTIONS.test(code) ? { code, text } : undefined;
}

const OF_CONNECTIONS = /^SEXTANT_(?:CODE_HOST_(?:REFUSED|ABSENT|DOWN|ANSWER|KIND_UNKNOWN|CONFIG_INVALID)|OUTBOUND_|SECRETS_)/;

function syncStep(record: ConnectionRecord, job: JobRecord | undefined): FreshnessStep {
  const { lastSyncAt: lastSuccess, nextSyncAt: nextTry, lastSyncError: detail, lastSyncCode } = record;
  const times = { lastSuccess, nextTry };
  if (job?.state === 'no-handler') return failing('sync', 'SEXTANT_JOB_NO_HANDLER', times);
  if (detail !== undefined) return failing('sync', lastSyncCode ?? 'SEXTANT_CODE_HOST_SYNC_FAILED', { ...times, detail });
  if (job?.state === 'failed' && lastSuccess !== undefined && (job.finishedAt ?? lastSuccess) > lastSuccess)
    return failing('sync', 'SEXTANT_CODE_HOST_SYNC_FAILED', { ...times, detail: job.error });
  if (lastSuccess !== undefined) return { name: 'sync', state: 'ok', ...times };
  if (job?.state === 'running') return { name: 'sync', state: 'working', cause: 'The code host is being listed.', ...times };
  return { name: 'sync', state: 'waiting', cause: 'The code host was never listed to its end.', ...times };
}

const failing = (name: string, code: string, more: Partial<FreshnessStep>): FreshnessStep => ({ name, state: 'failing', code, ...more });
