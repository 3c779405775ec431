import type { Queryable, Secrets } from '@sextant/sdk';

/** One saved state of the site configuration, with its secrets. */
export interface ConfigurationVersion {
  /** 0 before anything was saved. */
  readonly id: number;
  readonly contents: string;
  /** Undefined when a file or the program wrote it. */
  readonly authorUserId: number | undefined;
  readonly createdAt: Date;
}

interface VersionRow {
  readonly id: number;
  readonly sealed_contents: string;
  readonly author_user_id: number | null;
  readonly created_at: Date;
}

const COLUMNS = 'id, sealed_contents, author_user_id, created_at';

export class ConfigurationStore {
  constructor(
    private readonly db: Queryable,
    private readonly secrets: Secrets,
  ) {}

  async latestId(): Promise<number> {
    const rows = await this.db.query<{ id: number | null }>('select max(id) as id from configuration_versions');
    return rows[0]?.id ?? 0;
  }

  async latest(): Promise<ConfigurationVersion | undefined> {
    return (await this.list({ limit: 1 }))[0];
  }

  /** Newest first; at most `limit`, all with an id below `beforeId`. */
  async list({ limit, beforeId }: { readonly limit: number; readonly beforeId?: number }): Promise<readonly ConfigurationVersion[]> {
    const rows = await this.db.query<VersionRow>(
      `select ${COLUMNS} from configuration_versions where ($1::int is null or id < $1) order by id desc limit $2`,
      [beforeId ?? null, limit],
    );
    return rows.map((row) => this.#open(row));
  }

  async count(): Promise<number> {
    const rows = await this.db.query<{ count: number }>('select count(*)::int as count from configuration_versions');
    return rows[0]?.count ?? 0;
  }

  async insert(version: Omit<ConfigurationVersion, 'id'>): Promise<number> {
    const rows = await this.db.query<{ id: number }>(
      'insert into configuration_versions (sealed_contents, author_user_id, created_at) values ($1, $2, $3) returning id',
      [this.secrets.seal(version.contents), version.authorUserId ?? null, version.createdAt],
    );
    return rows[0]?.id as number;
  }

  #open(row: VersionRow): ConfigurationVersion {
    return {
      id: row.id,
      contents: this.secrets.open(row.sealed_contents).reveal(),
      authorUserId: row.author_user_id ?? undefined,
      createdAt: row.created_at,
    };
  }
}
