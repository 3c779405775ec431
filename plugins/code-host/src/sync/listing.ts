import type { Queryable, Tx } from '@sextant/sdk';
import type { ListedRepository } from './listed-repository.js';
import type { Move } from './settle-names.js';

/** Whose list this is: repositories are the same when their id at the host, the kind of service and the host's address are. */
export interface Listing {
  readonly connectionId: number;
  readonly serviceType: string;
  readonly serviceId: string;
}

const parametersOf = (listing: Listing): readonly unknown[] => [listing.connectionId, listing.serviceType, listing.serviceId];
const MATCH = 'l.connection_id = $1 AND r.external_id = l.external_id AND r.service_type = $2 AND r.service_id = $3';
const ATTRIBUTES = ['description', 'fork', 'archived', 'private', 'stars', 'topics', 'web_url'] as const;
const attributes = (alias: string): string => ATTRIBUTES.map((column) => `${alias}.${column}`).join(', ');

/** Repositories get and lose their names one sync at a time: two that add the same name at once would both fail. Held until the transaction ends. */
export const lockNames = (tx: Tx): Promise<unknown> =>
  tx.query(`SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.repositories'))`);

export const clear = (db: Queryable, connectionId: number): Promise<unknown> =>
  db.query('DELETE FROM listed_repositories WHERE connection_id = $1', [connectionId]);

/** Stages a batch; a repository that a host lists twice counts once. */
export async function stage(db: Queryable, listing: Listing, batch: readonly ListedRepository[]): Promise<void> {
  await db.query(
    `INSERT INTO listed_repositories (connection_id, external_id, name, description, fork, archived, private, stars, topics, web_url, clone_url)
     SELECT $1, x.* FROM jsonb_to_recordset($2::jsonb) AS x(external_id text, name text, description text, fork boolean, archived boolean, private boolean, stars int, topics text[], web_url text, clone_url text)
     ON CONFLICT (connection_id, external_id) DO NOTHING`,
    [listing.connectionId, JSON.stringify(batch)],
  );
}

/** Adds staged repositories that nobody knew and whose name is free. @returns their ids. */
export async function insertNew(tx: Tx, listing: Listing, only?: readonly string[]): Promise<readonly number[]> {
  const rows = await tx.query<{ id: number }>(
    `WITH added AS (
       INSERT INTO repositories (name, external_id, service_type, service_id, ${ATTRIBUTES.join(', ')})
       SELECT DISTINCT ON (lower(l.name)) l.name, l.external_id, $2, $3, ${attributes('l')}
       FROM listed_repositories l
       WHERE l.connection_id = $1 AND ($4::text[] IS NULL OR l.external_id = ANY($4))
         AND NOT EXISTS (SELECT FROM repositories r WHERE r.external_id = l.external_id AND r.service_type = $2 AND r.service_id = $3)
         AND NOT EXISTS (SELECT FROM repositories r WHERE r.live_name = lower(l.name))
       ORDER BY lower(l.name), l.external_id COLLATE "C"
       RETURNING id, external_id)
     INSERT INTO repository_connections (repository_id, connection_id, clone_url)
     SELECT added.id, $1, l.clone_url FROM added JOIN listed_repositories l ON l.connection_id = $1 AND l.external_id = added.external_id
     RETURNING repository_id AS id`,
    [...parametersOf(listing), only ?? null],
  );
  return rows.map((row) => row.id);
}

const GONE = `rc.connection_id = $1 AND NOT EXISTS (
  SELECT FROM listed_repositories l JOIN repositories known ON known.id = rc.repository_id
  WHERE l.connection_id = $1 AND known.external_id = l.external_id AND known.service_type = $2 AND known.service_id = $3)`;
const ONLY_HERE = 'NOT EXISTS (SELECT FROM repository_connections other WHERE other.repository_id = r.id AND other.connection_id <> $1)';

/** Living repositories that the connection gave and no longer lists, the first so many. */
export const missing = (db: Queryable, listing: Listing, limit: number) =>
  db.query<{ externalId: string; name: string; cloneUrl: string }>(
    `SELECT r.external_id AS "externalId", r.name, rc.clone_url AS "cloneUrl" FROM repository_connections rc JOIN repositories r ON r.id = rc.repository_id
     WHERE ${GONE} AND r.deleted_at IS NULL ORDER BY r.id LIMIT $4`,
    [...parametersOf(listing), limit],
  );

/** How many living repositories would go away because this was the last connection that had them. */
export async function countGone(tx: Tx, listing: Listing): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM repository_connections rc JOIN repositories r ON r.id = rc.repository_id WHERE ${GONE} AND r.deleted_at IS NULL AND ${ONLY_HERE}`,
    parametersOf(listing),
  );
  return row?.count ?? 0;
}

/** Unlinks what is no longer listed. @returns ids of the repositories that no connection has any more: they are deleted now, and purged later. */
export async function removeGone(tx: Tx, listing: Listing): Promise<readonly number[]> {
  const rows = await tx.query<{ id: number }>(
    `WITH unlinked AS (DELETE FROM repository_connections rc WHERE ${GONE} RETURNING rc.repository_id)
     UPDATE repositories r SET deleted_at = now(), updated_at = now()
     WHERE r.deleted_at IS NULL AND r.id IN (SELECT repository_id FROM unlinked) AND ${ONLY_HERE}
     RETURNING r.id`,
    parametersOf(listing),
  );
  return rows.map((row) => row.id);
}

/** Known repositories that have another name now, or are back; and the names they want that are held by others. */
export async function moves(tx: Tx, listing: Listing): Promise<{ readonly moves: readonly Move[]; readonly held: ReadonlySet<string> }> {
  const rows = await tx.query<{ id: number; current: string | null; wanted: string }>(
    `SELECT r.id, CASE WHEN r.deleted_at IS NULL THEN r.name END AS current, l.name AS wanted
     FROM repositories r, listed_repositories l WHERE ${MATCH} AND (r.name <> l.name OR r.deleted_at IS NOT NULL)`,
    parametersOf(listing),
  );
  if (rows.length === 0) return { moves: [], held: new Set() };
  const held = await tx.query<{ name: string }>(
    'SELECT live_name AS name FROM repositories WHERE live_name = ANY($1::text[]) AND NOT id = ANY($2::int[])',
    [rows.map((row) => row.wanted.toLowerCase()), rows.map((row) => row.id)],
  );
  return { moves: rows.map((row) => ({ ...row, current: row.current ?? undefined })), held: new Set(held.map((row) => row.name)) };
}

/** Renames and brings back, all at once: names may swap. The names that are given up lead to their repository from now on. */
export async function applyMoves(tx: Tx, accepted: readonly Move[]): Promise<void> {
  if (accepted.length === 0) return;
  const renamed = accepted.filter((move) => move.current !== undefined && move.current.toLowerCase() !== move.wanted.toLowerCase());
  await tx.query(
    `INSERT INTO former_names (name, repository_id) SELECT lower(x.name), x.id FROM unnest($1::text[], $2::int[]) AS x(name, id)
     ON CONFLICT (name) DO UPDATE SET repository_id = excluded.repository_id, until = now()`,
    [renamed.map((move) => move.current), renamed.map((move) => move.id)],
  );
  await tx.query('SET CONSTRAINTS repositories_live_name DEFERRED');
  await tx.query(
    `UPDATE repositories r SET name = x.name, deleted_at = NULL, updated_at = now() FROM unnest($1::int[], $2::text[]) AS x(id, name) WHERE r.id = x.id`,
    [accepted.map((move) => move.id), accepted.map((move) => move.wanted)],
  );
  await tx.query('SET CONSTRAINTS repositories_live_name IMMEDIATE');
}

/** Takes over what the host says about living repositories. @returns the ids that changed, and whether a private one became public or the other way. */
export async function updateAttributes(
  tx: Tx,
  listing: Listing,
): Promise<{ readonly ids: readonly number[]; readonly privacyChanged: boolean }> {
  const [privacy] = await tx.query<{ changed: boolean }>(
    `SELECT EXISTS (SELECT FROM repositories r, listed_repositories l WHERE ${MATCH} AND r.deleted_at IS NULL AND r.private <> l.private) AS changed`,
    parametersOf(listing),
  );
  const rows = await tx.query<{ id: number }>(
    `UPDATE repositories r SET (${ATTRIBUTES.join(', ')}) = ROW(${attributes('l')}), updated_at = now()
     FROM listed_repositories l WHERE ${MATCH} AND r.deleted_at IS NULL AND ROW(${attributes('r')}) IS DISTINCT FROM ROW(${attributes('l')})
     RETURNING r.id`,
    parametersOf(listing),
  );
  return { ids: rows.map((row) => row.id), privacyChanged: privacy?.changed ?? false };
}

/** @returns ids of repositories that are cloned from another URL than before. */
export async function link(tx: Tx, listing: Listing): Promise<readonly number[]> {
  const rows = await tx.query<{ id: number }>(
    `INSERT INTO repository_connections AS rc (repository_id, connection_id, clone_url)
     SELECT r.id, $1, l.clone_url FROM repositories r, listed_repositories l WHERE ${MATCH} AND r.deleted_at IS NULL
     ON CONFLICT (repository_id, connection_id) DO UPDATE SET clone_url = excluded.clone_url WHERE rc.clone_url <> excluded.clone_url
     RETURNING rc.repository_id AS id`,
    parametersOf(listing),
  );
  return rows.map((row) => row.id);
}

/** What was listed and has no living repository: its name is another's. */
export async function unplaced(
  tx: Tx,
  listing: Listing,
  limit: number,
): Promise<{ readonly count: number; readonly names: readonly string[] }> {
  const rows = await tx.query<{ name: string; count: number }>(
    `SELECT l.name, count(*) OVER ()::int AS count FROM listed_repositories l
     WHERE l.connection_id = $1 AND NOT EXISTS (SELECT FROM repositories r WHERE ${MATCH} AND r.deleted_at IS NULL) ORDER BY l.name LIMIT $4`,
    [...parametersOf(listing), limit],
  );
  return { count: rows[0]?.count ?? 0, names: rows.map((row) => row.name) };
}

export async function countListed(tx: Tx, connectionId: number): Promise<number> {
  const [row] = await tx.query<{ count: number }>('SELECT count(*)::int AS count FROM listed_repositories WHERE connection_id = $1', [
    connectionId,
  ]);
  return row?.count ?? 0;
}
