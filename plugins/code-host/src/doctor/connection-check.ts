import type { Finding, SystemCheck } from '@sextant/plugin-site/api';
import { type Jobs, SextantError } from '@sextant/sdk';
import type { ConnectionRecord, ConnectionStore } from '../connections/connection-store.js';
import type { DeclarationProblem } from '../connections/declared-connections.js';
import type { KindRegistry } from '../connections/kind-registry.js';
import { failureText } from '../sync/failure-text.js';
import { syncConnection, syncOptions } from '../sync/jobs.js';

interface CheckParts {
  readonly connections: Pick<ConnectionStore, 'list' | 'usable'>;
  readonly kinds: Pick<KindRegistry, 'get'>;
  readonly jobs: Pick<Jobs, 'enqueue'>;
  /** Of the configuration file, which has connections that could not be stored as well. */
  readonly declared: () => readonly DeclarationProblem[];
}

/** Connections that one look asks their hosts about: those that fail first. */
const ASKED = 50;
const LISTED = 10_000;
const AT_ONCE = 8;
const PATIENCE = 10_000;

/** Is each host there, and does it take the credential, with what it needs? */
export const connectionCheck = (parts: CheckParts): SystemCheck => ({
  name: 'connections',
  async run({ signal }) {
    const all = await parts.connections.list({ limit: LISTED });
    const asked = [...all].sort((a, b) => b.failedSyncs - a.failedSyncs || a.id - b.id).slice(0, ASKED);
    const findings: Finding[] = parts.declared().map(notTaken);
    const waiting = [...asked];
    const ask = async (): Promise<void> => {
      for (let record = waiting.shift(); record; record = waiting.shift()) findings.push(await examined(record, parts, signal));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
    if (all.length > asked.length)
      findings.push({ level: 'ok', what: `${all.length - asked.length} connections whose syncs fail less often were not asked.` });
    if (all.length === 0 && findings.length === 0) findings.push({ level: 'ok', what: 'There are no connections to code hosts.' });
    return findings;
  },
});

function notTaken(problem: DeclarationProblem): Finding {
  if (typeof problem === 'string') return { level: 'error', what: 'A connection of the configuration file is not taken.', why: problem };
  const { called, error } = problem;
  const told = SextantError.is(error) ? error : undefined;
  return {
    level: 'error',
    what: `Connection ${called} of the configuration file is not taken.`,
    why: told ? [told.what, told.why].filter(Boolean).join(' ') : 'The log says why.',
    code: told?.code,
    fix: told?.fix,
  };
}

async function examined(record: ConnectionRecord, parts: CheckParts, signal: AbortSignal): Promise<Finding> {
  const called = `Connection "${record.displayName}" (${record.kind})`;
  let config: unknown;
  try {
    const kind = parts.kinds.get(record.kind);
    const connection = await parts.connections.usable(record.id);
    if (!connection) return { level: 'ok', what: `${called} is gone.` };
    config = connection.config;
    const answer = await kind.check(connection, AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]));
    if (!answer.ok)
      return {
        level: 'error',
        what: `${called} does not work.`,
        why: failureText(answer.problem, config),
        code: record.lastSyncCode,
        fix: failureText(answer.fix, config),
      };
    return record.lastSyncError === undefined ? { level: 'ok', what: `${called} works.` } : recovered(called, record, parts);
  } catch (error) {
    signal.throwIfAborted();
    const [code, why] = SextantError.is(error)
      ? [error.code, [error.what, error.why].filter(Boolean).join(' ')]
      : ['SEXTANT_CODE_HOST_DOWN', isTimeout(error) ? `It did not answer within ${PATIENCE / 1000} s.` : 'The log says why.'];
    return { level: 'error', what: `${called} does not work.`, why: failureText(why, config), code };
  }
}

/** It works now, and its last sync failed: nothing but the wait for the next one is between it and being well. */
function recovered(called: string, { id, lastSyncError, lastSyncCode, nextSyncAt }: ConnectionRecord, { jobs }: CheckParts): Finding {
  const next = nextSyncAt === undefined ? '' : ` The next sync is at ${nextSyncAt.toISOString()}.`;
  return {
    level: 'warning',
    what: `${called} works, and its last sync failed.${next}`,
    why: lastSyncError,
    code: lastSyncCode,
    mend: {
      id: `resync:${id}`,
      does: `Lists the repositories of ${called.replace('Connection', 'connection')} again now.`,
      run: async () => void (await jobs.enqueue(syncConnection, { connectionId: id }, { ...syncOptions(id), priority: -1 })),
    },
  };
}

const isTimeout = (error: unknown): boolean => (error as Error | undefined)?.name === 'TimeoutError';
