import type { Queryable } from '@sextant/sdk';
import { type StoredSubject, subjectKey } from '../settings/settings-subject.js';

/** One saved state of a subject's settings. */
export interface SettingsVersion {
  readonly id: number;
  readonly contents: string;
  /** Undefined when a file or the program wrote it. */
  readonly authorUserId: number | undefined;
  readonly createdAt: Date;
}

interface SettingsRow {
  readonly id: number;
  readonly subject_kind: StoredSubject['kind'];
  readonly subject_id: number;
  readonly contents: string;
  readonly author_user_id: number | null;
  readonly created_at: Date;
}

const toVersion = (row: SettingsRow): SettingsVersion => ({
  id: row.id,
  contents: row.contents,
  authorUserId: row.author_user_id ?? undefined,
  createdAt: row.created_at,
});
// The site is one; its rows need a number all the same.
const idOf = (subject: StoredSubject): number => ('id' in subject ? subject.id : 0);

export class SettingsStore {
  constructor(private readonly db: Queryable) {}

  async latest(subject: StoredSubject): Promise<SettingsVersion | undefined> {
    return (await this.latestOf([subject])).get(subjectKey(subject));
  }

  /** By {@link subjectKey}; a subject without settings is absent. */
  async latestOf(subjects: readonly StoredSubject[]): Promise<ReadonlyMap<string, SettingsVersion>> {
    if (subjects.length === 0) return new Map();
    const rows = await this.db.query<SettingsRow>(
      `select s.* from unnest($1::text[], $2::int[]) as wanted (kind, id)
       join lateral (select * from settings where subject_kind = wanted.kind and subject_id = wanted.id order by id desc limit 1) s on true`,
      [subjects.map((subject) => subject.kind), subjects.map(idOf)],
    );
    return new Map(rows.map((row) => [row.subject_kind === 'site' ? 'site' : `${row.subject_kind}:${row.subject_id}`, toVersion(row)]));
  }

  /** Newest first; at most `limit`, all with an id below `beforeId`. */
  async history(subject: StoredSubject, page: { readonly limit: number; readonly beforeId?: number }): Promise<readonly SettingsVersion[]> {
    const rows = await this.db.query<SettingsRow>(
      `select * from settings where subject_kind = $1 and subject_id = $2 and ($3::int is null or id < $3) order by id desc limit $4`,
      [subject.kind, idOf(subject), page.beforeId ?? null, page.limit],
    );
    return rows.map(toVersion);
  }

  /** Waits until no other transaction saves settings of the subject. */
  async lock(subject: StoredSubject): Promise<void> {
    await this.db.query(`select pg_advisory_xact_lock(hashtextextended(current_schema() || ' settings ' || $1, 0))`, [subjectKey(subject)]);
  }

  async insert(subject: StoredSubject, version: Omit<SettingsVersion, 'id'>): Promise<number> {
    const rows = await this.db.query<{ id: number }>(
      'insert into settings (subject_kind, subject_id, contents, author_user_id, created_at) values ($1, $2, $3, $4, $5) returning id',
      [subject.kind, idOf(subject), version.contents, version.authorUserId ?? null, version.createdAt],
    );
    return rows[0]?.id as number;
  }
}
