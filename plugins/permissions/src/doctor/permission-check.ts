import type { PermissionHosts } from '@sextant/plugin-code-host/api';
import type { Finding, SystemCheck } from '@sextant/plugin-site/api';
import type { Storage } from '@sextant/sdk';
import { API } from '../sync/account-sources.js';
import { hoursOf, syncCosts } from './sync-costs.js';

/** Older than this, what hosts said is stale. */
const STALE = `interval '24 hours'`;

const DAY_HOURS = 24;

interface Summary {
  readonly people: number;
  readonly old_people: number;
  readonly oldest_person: Date | null;
  readonly old_repositories: number;
  readonly oldest_repository: Date | null;
  readonly refused: number;
  readonly queued: number;
}

/** How the syncs stand: hosts that fail, what is old, and users who have no account where one is needed. */
export const permissionCheck = (db: Storage, hosts: Pick<PermissionHosts, 'restrictions' | 'byIds'>): SystemCheck => ({
  name: 'syncs',
  async run() {
    const { enforced } = await hosts.restrictions();
    if (!enforced) return [{ level: 'ok', what: 'No connection leaves it to its host who sees private repositories.' }];
    const findings: Finding[] = [];
    const failing = await db.query<{ service_id: string; failing_since: Date; failure: string | null }>(
      'SELECT DISTINCT ON (service_id) service_id, failing_since, failure FROM hosts WHERE failing_since IS NOT NULL ORDER BY service_id LIMIT 50',
    );
    for (const { service_id, failing_since, failure } of failing)
      findings.push({
        level: 'error',
        what: `${service_id} has not answered about permissions since ${failing_since.toISOString()}.`,
        why: failure ?? undefined,
        fix: 'Mend the connection; until then what it said before stands.',
      });
    const without = await db.query<{ service_id: string; count: number }>(
      `SELECT h.service_id, (SELECT count(*)::int FROM people p WHERE NOT EXISTS (
           SELECT FROM sources s WHERE s.user_id = p.user_id AND s.service_type = h.service_type AND s.service_id = h.service_id)) AS count
       FROM (SELECT DISTINCT service_type, service_id FROM hosts WHERE accounts_by <> 'username') h ORDER BY h.service_id LIMIT 50`,
    );
    for (const { service_id, count } of without)
      if (count > 0)
        findings.push({
          level: 'warning',
          what: `${count} users have no account at ${service_id}, and see none of its private repositories.`,
          fix: 'Let them sign in by it, or link their accounts.',
        });
    const [summary] = await db.query<Summary>(
      `SELECT (SELECT count(*)::int FROM people) AS people,
         (SELECT count(*)::int FROM people p WHERE p.synced_at < now() - ${STALE}) AS old_people,
         (SELECT min(synced_at) FROM people) AS oldest_person,
         (SELECT count(*)::int FROM repositories WHERE synced_at < now() - ${STALE}) AS old_repositories,
         (SELECT min(synced_at) FROM repositories) AS oldest_repository,
         (SELECT count(*)::int FROM sources WHERE refused_since IS NOT NULL AND user_id IS NOT NULL AND service_type <> '${API}') AS refused,
         (SELECT count(*)::int FROM sync_jobs WHERE state = 'queued') AS queued`,
    );
    if (summary && summary.old_people > 0)
      findings.push({
        level: 'warning',
        what: `What ${summary.old_people} users may see was last confirmed more than a day ago, the oldest at ${summary.oldest_person?.toISOString()}.`,
        fix: 'See permissionsSyncJobs; raise permissions.syncOldestUsers.',
      });
    if (summary && summary.old_repositories > 0)
      findings.push({
        level: 'warning',
        what: `Who may see ${summary.old_repositories} repositories was last confirmed more than a day ago, the oldest at ${summary.oldest_repository?.toISOString()}.`,
        fix: 'See permissionsSyncJobs; raise permissions.syncOldestRepos.',
      });
    if (summary && summary.refused > 0)
      findings.push({
        level: 'warning',
        what: `Hosts refuse the credentials of ${summary.refused} accounts.`,
        fix: 'Their users must sign in there again.',
      });
    for (const costs of await syncCosts(db, hosts)) {
      const hours = hoursOf(costs);
      if (hours !== undefined && hours > DAY_HOURS)
        findings.push({
          level: 'warning',
          what: `A sync of all ${costs.users} users and ${costs.repositories} repositories takes ${costs.requests} requests to ${costs.serviceId}, which allows ${costs.perHour} an hour: ${Math.ceil(hours)} hours.`,
          why: 'Each is confirmed less than once a day.',
          fix: 'Let it send webhooks about members, keep its groups (groupsCacheTTL), or have it allow more.',
        });
    }
    return findings.length > 0
      ? findings
      : [{ level: 'ok', what: `Permissions of ${summary?.people ?? 0} users are synced; ${summary?.queued ?? 0} syncs wait.` }];
  },
});
