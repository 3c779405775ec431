import type { Actor, RepoName, Storage } from '@sextant/sdk';
import type { Repositories, Repository, RepositoryFilter, VisibilityService } from '../api.js';
import { conditionOf } from './filter-sql.js';
import { nameMatcher } from './name-matcher.js';
import { REPOSITORY_COLUMNS, type RepositoryRow, repositoryOf } from './repository-row.js';

/** Rows read at a time while patterns are matched. */
const SCAN = 2_000;

/** Repository records behind the wall: every read is of what the actor may see, in one statement with the question. */
export class RepositoryStore implements Repositories {
  constructor(
    private readonly db: Storage,
    private readonly wall: VisibilityService,
  ) {}

  async byName(actor: Actor, name: RepoName): Promise<Repository | undefined> {
    const [live] = await this.#select(actor, { names: [name] }, 'ORDER BY r.id LIMIT 1');
    return live ?? this.#byFormerName(actor, name);
  }

  /** By any URL a host gave for cloning, as the host wrote it. */
  async byCloneUrl(actor: Actor, url: string): Promise<Repository | undefined> {
    const { text, parameters } = conditionOf(await this.wall.of(actor), {});
    const [row] = await this.db.query<RepositoryRow>(
      `SELECT ${REPOSITORY_COLUMNS} FROM repositories r
       WHERE ${text} AND r.id IN (SELECT rc.repository_id FROM repository_connections rc WHERE lower(rc.clone_url) = ANY($${parameters.length + 1}::text[]))
       ORDER BY r.id LIMIT 1`,
      [...parameters, cloneUrlForms(url)],
    );
    return row ? repositoryOf(row) : undefined;
  }

  /** By the SHA-256 of the name in lower case, in hexadecimal digits. */
  async byHashedName(actor: Actor, hash: string): Promise<Repository | undefined> {
    if (!/^[0-9a-f]{64}$/i.test(hash)) return undefined;
    const { text, parameters } = conditionOf(await this.wall.of(actor), {});
    const [row] = await this.db.query<RepositoryRow>(
      `SELECT ${REPOSITORY_COLUMNS} FROM repositories r
       WHERE ${text} AND sha256(convert_to(lower(r.name), 'UTF8')) = decode($${parameters.length + 1}, 'hex')
       ORDER BY r.id LIMIT 1`,
      [...parameters, hash],
    );
    return row ? repositoryOf(row) : undefined;
  }

  async byId(actor: Actor, id: number): Promise<Repository | undefined> {
    return (await this.byIds(actor, [id])).get(id);
  }

  async byIds(actor: Actor, ids: readonly number[]): Promise<ReadonlyMap<number, Repository>> {
    const valid = ids.filter(isInt32);
    if (valid.length === 0) return new Map();
    const found = await this.#select(actor, { ids: valid }, '');
    return new Map(found.map((repository) => [repository.id, repository]));
  }

  async list(
    actor: Actor,
    filter: RepositoryFilter,
    page: { readonly limit: number; readonly afterId?: number },
  ): Promise<readonly Repository[]> {
    const matches = nameMatcher(filter.namePatterns);
    const condition = conditionOf(await this.wall.of(actor), filter);
    const found: Repository[] = [];
    let after = page.afterId ?? 0;
    while (found.length < page.limit) {
      const limit = matches ? SCAN : page.limit;
      const rows = await this.#page(condition, after, limit);
      for (const row of rows) if (found.length < page.limit && (matches?.(row.name) ?? true)) found.push(repositoryOf(row));
      const last = rows.at(-1);
      if (rows.length < limit || !last) break;
      after = last.id;
    }
    return found;
  }

  async count(actor: Actor, filter: RepositoryFilter): Promise<number> {
    const matches = nameMatcher(filter.namePatterns);
    const { text, parameters } = conditionOf(await this.wall.of(actor), filter);
    if (!matches) {
      const [row] = await this.db.query<{ count: number }>(`SELECT count(*)::int AS count FROM repositories r WHERE ${text}`, parameters);
      return row?.count ?? 0;
    }
    let count = 0;
    for (let after = 0; ; ) {
      const rows = await this.db.query<{ id: number; name: string }>(
        `SELECT r.id, r.name FROM repositories r WHERE ${text} AND r.id > $${parameters.length + 1} ORDER BY r.id LIMIT ${SCAN}`,
        [...parameters, after],
      );
      count += rows.filter((row) => matches(row.name)).length;
      const last = rows.at(-1);
      if (rows.length < SCAN || !last) return count;
      after = last.id;
    }
  }

  async metadata(
    actor: Actor,
    ids: readonly number[],
  ): Promise<ReadonlyMap<number, readonly { readonly key: string; readonly value: string | null }[]>> {
    const visible = [...(await this.byIds(actor, ids)).keys()];
    const entries = new Map<number, { key: string; value: string | null }[]>(visible.map((id) => [id, []]));
    const rows = await this.db.query<{ repository_id: number; key: string; value: string | null }>(
      'SELECT repository_id, key, value FROM repository_metadata WHERE repository_id = ANY($1::int[]) ORDER BY repository_id, key',
      [visible],
    );
    for (const { repository_id, key, value } of rows) entries.get(repository_id)?.push({ key, value });
    return entries;
  }

  /**
   * A name that another repository bears now is never a redirect, not even for those who may not see that one. One statement answers whether nothing
   * had the name, something hidden, or something that is shown: they cost the same.
   */
  async #byFormerName(actor: Actor, name: string): Promise<Repository | undefined> {
    const { text, parameters } = conditionOf(await this.wall.of(actor), {});
    const named = `lower($${parameters.length + 1})`;
    const [row] = await this.db.query<RepositoryRow>(
      `SELECT ${REPOSITORY_COLUMNS} FROM repositories r
       WHERE ${text} AND r.id = (SELECT repository_id FROM former_names WHERE name = ${named}) AND NOT EXISTS (SELECT FROM repositories WHERE live_name = ${named})`,
      [...parameters, name],
    );
    return row ? repositoryOf(row) : undefined;
  }

  async #select(actor: Actor, filter: RepositoryFilter, tail: string): Promise<Repository[]> {
    const { text, parameters } = conditionOf(await this.wall.of(actor), filter);
    const rows = await this.db.query<RepositoryRow>(`SELECT ${REPOSITORY_COLUMNS} FROM repositories r WHERE ${text} ${tail}`, parameters);
    return rows.map(repositoryOf);
  }

  #page(
    condition: { readonly text: string; readonly parameters: readonly unknown[] },
    after: number,
    limit: number,
  ): Promise<RepositoryRow[]> {
    const next = condition.parameters.length + 1;
    return this.db.query<RepositoryRow>(
      `SELECT ${REPOSITORY_COLUMNS} FROM repositories r WHERE ${condition.text} AND r.id > $${next} ORDER BY r.id LIMIT $${next + 1}`,
      [...condition.parameters, after, limit],
    );
  }
}

export const isInt32 = (id: number): boolean => Number.isInteger(id) && id > 0 && id <= 0x7fffffff;

/** With and without `.git`, and the slash some people copy along. */
function cloneUrlForms(url: string): readonly string[] {
  const bare = url
    .toLowerCase()
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
  return [bare, `${bare}.git`, `${bare}/`];
}
