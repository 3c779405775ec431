import type { Events, Jobs, Tx } from '@sextant/sdk';
import { type HostEvent, permissionsOutdated, pullRequestChanged } from '../api/webhooks.js';
import { repositoriesChanged } from '../api.js';
import { syncConnection, syncOptions } from '../sync/jobs.js';

const BATCH = 200;
const MOST_ACCOUNTS = 100;

export interface EventTarget {
  readonly serviceType: string;
  readonly serviceId: string;
  /** The connections to the host. */
  readonly connections: () => Promise<readonly number[]>;
}

/**
 * Does what a host's events ask for, as one with the caller's transaction: pushed repositories are fetched before others, a repository that changed has
 * its host listed again. An event about a repository that no connection gave is passed over.
 * @returns in words what was done.
 */
export async function applyEvents(
  tx: Tx,
  events: readonly HostEvent[],
  { serviceType, serviceId, connections }: EventTarget,
  parts: { readonly events: Pick<Events, 'publish'>; readonly jobs: Pick<Jobs, 'enqueue'> },
): Promise<string> {
  const named = [...new Set(events.flatMap((event) => (event.repository === undefined ? [] : [event.repository])))];
  const rows = await tx.query<{ id: number; external_id: string }>(
    'SELECT id, external_id FROM repositories WHERE service_type = $1 AND service_id = $2 AND external_id = ANY($3::text[]) AND deleted_at IS NULL',
    [serviceType, serviceId, named],
  );
  const ids = new Map(rows.map((row) => [row.external_id, row.id]));
  const idsOf = (type: HostEvent['type']): readonly number[] => [
    ...new Set(events.flatMap((event) => (event.type === type && event.repository !== undefined ? (ids.get(event.repository) ?? []) : []))),
  ];
  const done: string[] = [];

  const pushed = idsOf('push');
  for (let at = 0; at < pushed.length; at += BATCH)
    await parts.events.publish(repositoriesChanged, { ids: pushed.slice(at, at + BATCH), reason: 'pushed' }, { tx });
  if (pushed.length > 0) done.push(`${pushed.length} to fetch`);

  // A push to a repository nobody knows: it came into being since the last list.
  const unknown = events.some((event) => event.type === 'push' && !ids.has(event.repository));
  if (unknown || events.some((event) => event.type === 'repository')) {
    const affected = await connections();
    for (const connectionId of affected)
      await parts.jobs.enqueue(
        syncConnection,
        { connectionId },
        { ...syncOptions(connectionId), priority: -1, onConflict: 'keep-run-at', tx },
      );
    done.push(`${affected.length} to list again`);
  }
  for (const event of events) {
    const repositoryId = event.type === 'pull-request' ? ids.get(event.repository) : undefined;
    if (event.type !== 'pull-request' || repositoryId === undefined) continue;
    await parts.events.publish(pullRequestChanged, { repositoryId, number: event.number }, { tx });
    done.push(`pull request ${event.number}`);
  }
  const members = events.filter((event) => event.type === 'membership');
  if (members.length > 0) {
    const accounts = [...new Set(members.flatMap((event) => event.accounts ?? []))].slice(0, MOST_ACCOUNTS);
    const groups = [...new Set(members.flatMap((event) => event.groups ?? []))].slice(0, MOST_ACCOUNTS);
    await parts.events.publish(
      permissionsOutdated,
      {
        serviceType,
        serviceId,
        repositoryIds: [...idsOf('membership')].slice(0, BATCH),
        accounts,
        ...(groups.length > 0 ? { groups } : {}),
      },
      { tx },
    );
    done.push('permissions to ask for');
  }
  return done.length === 0 ? 'Nothing of it concerns us.' : `Noted: ${done.join(', ')}.`;
}
