import type { PermissionHosts } from '@sextant/plugin-code-host/api';
import type { Storage } from '@sextant/sdk';
import type { Service } from '../grants/grant-store.js';

/** What a sync of everybody and everything takes at a host, by what the last syncs took. */
export interface SyncCosts extends Service {
  /** Users who have an account there. */
  readonly users: number;
  /** Private repositories that it decides about. */
  readonly repositories: number;
  /** Undefined: none was synced yet, or the host does not tell this. */
  readonly perUser: number | undefined;
  readonly perRepository: number | undefined;
  /** With the credentials of connections, once for each user and repository. */
  readonly requests: number;
  /** Besides, with the accounts' own credentials, whose budgets are their own. */
  readonly ownRequests: number;
  /** Of the connection's credential; undefined: neither the host nor the connection says. */
  readonly perHour: number | undefined;
}

interface Row {
  readonly service_type: string;
  readonly service_id: string;
  readonly users: number;
  readonly per_user: number | null;
  readonly per_repository: number | null;
  readonly own: boolean | null;
  readonly per_hour: number | null;
}

export async function syncCosts(db: Storage, hosts: Pick<PermissionHosts, 'restrictions' | 'byIds'>): Promise<readonly SyncCosts[]> {
  const rows = await db.query<Row>(
    `WITH costs AS (
       SELECT j.user_id IS NOT NULL AS of_user, s.state->>'providerType' AS service_type, s.state->>'providerID' AS service_id,
         (s.state->'cost'->>'requests')::int AS requests, (s.state->'cost'->>'own')::boolean AS own, (s.state->'cost'->>'perHour')::int AS per_hour
       FROM sync_jobs j CROSS JOIN jsonb_array_elements(j.code_host_states) AS s (state)
       WHERE j.state = 'completed' AND s.state->>'status' = 'SUCCESS' AND s.state ? 'cost')
     SELECT h.service_type, h.service_id,
       (SELECT count(*)::int FROM sources s WHERE s.service_type = h.service_type AND s.service_id = h.service_id AND s.user_id IS NOT NULL) AS users,
       avg(c.requests) FILTER (WHERE c.of_user)::float8 AS per_user, avg(c.requests) FILTER (WHERE NOT c.of_user)::float8 AS per_repository,
       bool_or(c.own) FILTER (WHERE c.of_user) AS own, min(c.per_hour) FILTER (WHERE NOT c.own) AS per_hour
     FROM (SELECT DISTINCT service_type, service_id FROM hosts) h
     LEFT JOIN costs c ON c.service_type = h.service_type AND c.service_id = h.service_id
     GROUP BY h.service_type, h.service_id ORDER BY h.service_id LIMIT 50`,
  );
  const counts = await repositoriesByService(hosts);
  return rows.map((row) => {
    const repositories = counts.get(`${row.service_type} ${row.service_id}`) ?? 0;
    const ofUsers = Math.ceil(row.users * (row.per_user ?? 0));
    return {
      serviceType: row.service_type,
      serviceId: row.service_id,
      users: row.users,
      repositories,
      perUser: row.per_user ?? undefined,
      perRepository: row.per_repository ?? undefined,
      requests: Math.ceil(repositories * (row.per_repository ?? 0)) + (row.own ? 0 : ofUsers),
      ownRequests: row.own ? ofUsers : 0,
      perHour: row.per_hour ?? undefined,
    };
  });
}

const BATCH = 5_000;

async function repositoriesByService(hosts: Pick<PermissionHosts, 'restrictions' | 'byIds'>): Promise<ReadonlyMap<string, number>> {
  const { restricted } = await hosts.restrictions();
  const ids = [...restricted];
  const counts = new Map<string, number>();
  for (let at = 0; at < ids.length; at += BATCH)
    for (const { serviceType, serviceId } of (await hosts.byIds(ids.slice(at, at + BATCH))).values()) {
      const key = `${serviceType} ${serviceId}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  return counts;
}

/** Hours that a whole sync takes by the limit of the connection's credential; undefined where there is none. */
export const hoursOf = ({ requests, perHour }: Pick<SyncCosts, 'requests' | 'perHour'>): number | undefined =>
  perHour === undefined || perHour <= 0 ? undefined : requests / perHour;
