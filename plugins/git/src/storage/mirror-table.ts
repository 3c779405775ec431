import type { Visibility } from '@sextant/plugin-code-host/api';
import { IdSet, type Queryable } from '@sextant/sdk';
import type { CloneStatus, MirrorState } from '../api.js';

interface MirrorRow {
  readonly repository_id: number;
  readonly name: string;
  readonly status: CloneStatus;
  readonly progress: string | null;
  readonly last_fetched: Date | null;
  readonly last_changed: Date | null;
  readonly last_error: string | null;
  readonly failures: number;
  readonly next_fetch: Date;
  readonly size_bytes: string | number | null;
  readonly shard: string | null;
  readonly head_branch: string | null;
  readonly head_commit: string | null;
  readonly corruptions: readonly Corruption[];
}

export interface Corruption {
  readonly timestamp: string;
  readonly reason: string;
}

/** A mirror as the database knows it: its state, and what the schedule needs. */
export interface Mirror extends MirrorState {
  readonly name: string;
  readonly failures: number;
  /** Newest first. */
  readonly corruptions: readonly Corruption[];
}

export interface FetchOutcome {
  readonly changed: boolean;
  readonly sizeBytes: number;
  readonly shard: string | undefined;
  readonly head: { readonly branch: string; readonly commit: string } | undefined;
  /** Milliseconds until the next fetch. */
  readonly nextIn: number;
}

export interface MirrorStats {
  readonly total: number;
  readonly cloned: number;
  readonly cloning: number;
  readonly notCloned: number;
  readonly failedFetch: number;
  readonly corrupt: number;
  readonly sizeBytes: number;
}

const KEPT_CORRUPTIONS = 10;
const TROUBLED = `deleted_at is null and (last_error is not null or status = 'corrupt')`;
/** A job that did not report in this long is lost, whatever became of its worker. */
const LOST_AFTER = '3 hours';
/** Of two that take what is due at once, the later one's `now()` may be the earlier: what the other took a moment after it is taken, not of a wrong clock. */
const BEGAN_LATER = '1 minute';

/**
 * The table `mirrors`: one row per repository, from the moment we hear of it until its mirror is purged. Its times are the database's:
 * the clocks of workers may differ, and a fetch that one of them puts into tomorrow is due for nobody.
 */
export class MirrorTable {
  constructor(private readonly db: Queryable) {}

  async byIds(ids: readonly number[]): Promise<ReadonlyMap<number, Mirror>> {
    if (ids.length === 0) return new Map();
    const rows = await this.db.query<MirrorRow>('select * from mirrors where repository_id = any($1::int[])', [ids]);
    return new Map(rows.map((row) => [row.repository_id, mirrorOf(row)]));
  }

  async byId(id: number): Promise<Mirror | undefined> {
    return (await this.byIds([id])).get(id);
  }

  /** In pages by id: everything that has a mirror or shall get one. */
  async page(afterId: number, limit: number): Promise<readonly { readonly id: number; readonly name: string }[]> {
    return this.db.query('select repository_id as id, name from mirrors where repository_id > $1 order by repository_id limit $2', [
      afterId,
      limit,
    ]);
  }

  /**
   * Rows for repositories as their owner lists them. A new one has no name yet, and no mirror: it gets its name once what stood under it is away, so that
   * nobody clones to where something is removed still.
   */
  async track(
    repositories: readonly { readonly id: number; readonly name: string; readonly deletedAt: Date | undefined }[],
  ): Promise<void> {
    if (repositories.length === 0) return;
    await this.db.query(
      `insert into mirrors (repository_id, name, deleted_at)
       select id, case when deleted_at is null then '' else name end, deleted_at
       from unnest($1::int[], $2::text[], $3::timestamptz[]) as found (id, name, deleted_at)
       on conflict (repository_id) do update set deleted_at = excluded.deleted_at
       where mirrors.deleted_at is distinct from excluded.deleted_at`,
      [repositories.map((r) => r.id), repositories.map((r) => r.name), repositories.map((r) => r.deletedAt ?? null)],
    );
  }

  /** Another repository now has this name: whoever had it before has no mirror under it any more. */
  async nameTaken(by: number, name: string): Promise<void> {
    await this.db.query(`update mirrors set name = '', status = 'not-cloned' where name = $2 and repository_id <> $1`, [by, name]);
  }

  /** Nothing is left on disk, and somebody will clone it. */
  async emptied(id: number): Promise<void> {
    await this.db.query(
      `update mirrors set status = 'queued', size_bytes = null, head_branch = null, head_commit = null where repository_id = $1`,
      [id],
    );
  }

  async renamed(id: number, name: string): Promise<void> {
    await this.db.query('update mirrors set name = $2 where repository_id = $1', [id, name]);
  }

  async forget(id: number): Promise<void> {
    await this.db.query('delete from mirrors where repository_id = $1', [id]);
  }

  /**
   * Takes what is due and is not under way, oldest first, and marks it as queued. What waits longer than anything does was put there by
   * a clock that was wrong, and is due as well.
   * @param longest milliseconds that a fetch may be away
   */
  async takeDue(limit: number, longest: number): Promise<readonly number[]> {
    const rows = await this.db.query<{ id: number }>(
      `update mirrors set queued_at = now(), status = case when status = 'not-cloned' then 'queued' else status end
       where repository_id in (
         select repository_id from mirrors
         where deleted_at is null and (next_fetch <= now() or next_fetch > now() + $2::double precision * interval '1 millisecond')
           and (queued_at is null or queued_at not between now() - interval '${LOST_AFTER}' and now() + interval '${BEGAN_LATER}')
         order by next_fetch limit $1 for update skip locked
       ) returning repository_id as id`,
      [limit, longest],
    );
    return rows.map((row) => row.id);
  }

  async queued(ids: readonly number[]): Promise<void> {
    await this.db.query(
      `update mirrors set queued_at = now(), status = case when status = 'not-cloned' then 'queued' else status end where repository_id = any($1::int[])`,
      [ids],
    );
  }

  async begin(id: number): Promise<void> {
    await this.db.query(
      `update mirrors set status = case when status in ('cloned', 'corrupt') then status else 'cloning' end, progress = null where repository_id = $1`,
      [id],
    );
  }

  async progress(id: number, text: string): Promise<void> {
    await this.db.query('update mirrors set progress = $2 where repository_id = $1', [id, text]);
  }

  async finish(id: number, o: FetchOutcome): Promise<void> {
    await this.db.query(
      `update mirrors set status = 'cloned', progress = null, last_error = null, failures = 0, queued_at = null, last_fetched = now(),
         last_changed = case when $2::boolean then now() else last_changed end, next_fetch = now() + $3::double precision * interval '1 millisecond',
         size_bytes = $4, shard = coalesce($5, shard), head_branch = $6, head_commit = $7
       where repository_id = $1`,
      [id, o.changed, o.nextIn, o.sizeBytes, o.shard ?? null, o.head?.branch ?? null, o.head?.commit ?? null],
    );
  }

  /** @param nextIn milliseconds until the next try */
  async fail(id: number, error: string, nextIn: number): Promise<void> {
    await this.postpone(id, error, nextIn);
    await this.db.query('update mirrors set failures = failures + 1 where repository_id = $1', [id]);
  }

  /** What keeps it from being fetched is no fault of its host. @param nextIn milliseconds until the next try */
  async postpone(id: number, reason: string, nextIn: number): Promise<void> {
    await this.db.query(
      `update mirrors set status = case when status in ('cloning', 'queued') then 'not-cloned' else status end, progress = null, last_error = $2,
         queued_at = null, next_fetch = now() + $3::double precision * interval '1 millisecond' where repository_id = $1`,
      [id, reason, nextIn],
    );
  }

  /** An attempt that was cut short, by no fault of the repository's. */
  async interrupted(id: number): Promise<void> {
    await this.db.query(
      `update mirrors set status = case when status in ('cloning', 'queued') then 'not-cloned' else status end, progress = null, queued_at = null, next_fetch = least(next_fetch, now())
       where repository_id = $1`,
      [id],
    );
  }

  async corrupted(id: number, reason: string): Promise<void> {
    await this.db.query(
      `update mirrors set status = 'corrupt', next_fetch = now(),
         corruptions = (select coalesce(jsonb_agg(entry), '[]') from (
           select entry from jsonb_array_elements(jsonb_build_array(jsonb_build_object('timestamp', now(), 'reason', $2::text)) || corruptions) with ordinality as e (entry, n)
           order by n limit ${KEPT_CORRUPTIONS}) as kept)
       where repository_id = $1`,
      [id, reason],
    );
  }

  /** Nothing was fetched in the last `milliseconds`; undefined: there is no such mirror. */
  async isOlderThan(id: number, milliseconds: number): Promise<boolean | undefined> {
    const [row] = await this.db.query<{ older: boolean }>(
      `select last_fetched is null or last_fetched not between now() - $2::double precision * interval '1 millisecond' and now() as older
       from mirrors where repository_id = $1`,
      [id, milliseconds],
    );
    return row?.older;
  }

  async clonedIds(): Promise<IdSet> {
    const rows = await this.db.query<{ id: number }>(
      `select repository_id as id from mirrors where status in ('cloned', 'corrupt') and deleted_at is null`,
    );
    return IdSet.of(rows.map((row) => row.id));
  }

  /** Bytes on disk, of those that have any. */
  async sizes(ids: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const rows = await this.db.query<{ id: number; bytes: string }>(
      'select repository_id as id, size_bytes as bytes from mirrors where repository_id = any($1::int[]) and size_bytes is not null',
      [ids],
    );
    return new Map(rows.map((row) => [row.id, Number(row.bytes)]));
  }

  /** Those that are damaged or cannot be fetched, of what is seen, and of them the `limit` that fail the longest; and whether there are others. */
  async troubled(
    limit: number,
    seen: Pick<Visibility, 'sql'>,
  ): Promise<{ readonly count: number; readonly worst: readonly Mirror[]; readonly hasHidden: boolean }> {
    const wall = seen.sql('repository_id', 1);
    const rows = await this.db.query<MirrorRow & { readonly all_of_them: number }>(
      `select *, (count(*) over ())::int as all_of_them from mirrors where ${TROUBLED} and ${wall.text}
       order by failures desc, repository_id limit $${wall.parameters.length + 1}`,
      [...wall.parameters, limit],
    );
    const [others] = await this.db.query<{ has_hidden: boolean }>(
      `select exists (select from mirrors where ${TROUBLED} and not (${wall.text})) as has_hidden`,
      wall.parameters,
    );
    return { count: rows[0]?.all_of_them ?? 0, worst: rows.map(mirrorOf), hasHidden: others?.has_hidden ?? false };
  }

  async stats(): Promise<MirrorStats> {
    const [row] = await this.db.query<Record<keyof MirrorStats, string>>(
      `select count(*) as total, count(*) filter (where status in ('cloned', 'corrupt')) as cloned, count(*) filter (where status = 'cloning') as cloning,
         count(*) filter (where status in ('not-cloned', 'queued')) as "notCloned", count(*) filter (where last_error is not null) as "failedFetch",
         count(*) filter (where status = 'corrupt') as corrupt, coalesce(sum(size_bytes), 0) as "sizeBytes" from mirrors where deleted_at is null`,
    );
    const number = (key: keyof MirrorStats) => Number(row?.[key] ?? 0);
    return {
      total: number('total'),
      cloned: number('cloned'),
      cloning: number('cloning'),
      notCloned: number('notCloned'),
      failedFetch: number('failedFetch'),
      corrupt: number('corrupt'),
      sizeBytes: number('sizeBytes'),
    };
  }
}

function mirrorOf(row: MirrorRow): Mirror {
  return {
    repositoryId: row.repository_id,
    name: row.name,
    status: row.status,
    progress: row.progress ?? undefined,
    lastFetched: row.last_fetched ?? undefined,
    lastChanged: row.last_changed ?? undefined,
    lastError: row.last_error ?? undefined,
    nextFetch: row.next_fetch,
    sizeBytes: row.size_bytes === null ? undefined : Number(row.size_bytes),
    shard: row.shard ?? undefined,
    head: row.head_branch !== null && row.head_commit !== null ? { branch: row.head_branch, commit: row.head_commit } : undefined,
    failures: row.failures,
    corruptions: row.corruptions,
  };
}
