import { type Actor, type Contribution, type IdSet, type Page, type PageRequest, pageOf, SextantError, type Storage } from '@sextant/sdk';
import type { Repository, RepositoryFilter, RepositoryPropertyFilter, RepositorySizes, VisibilityService } from '../api.js';
import { type Condition, conditionOf } from './filter-sql.js';
import { REPOSITORY_COLUMNS, type RepositoryRow, repositoryOf } from './repository-row.js';

export type RepositoryOrder = 'REPOSITORY_NAME' | 'REPO_CREATED_AT' | 'SIZE';

export interface ListedRepositories extends RepositoryFilter {
  readonly orderBy: RepositoryOrder;
  readonly descending: boolean;
  /** Of each property: those that have it, those that have it not; both: all. */
  readonly with: readonly RepositoryPropertyFilter['name'][];
  readonly without: readonly RepositoryPropertyFilter['name'][];
}

export const REPOSITORY_LIST = 'repositories';

/** Pages of repositories in the orders people ask for, with the filters that other plugins know the answer to. */
export class RepositoryList {
  constructor(
    private readonly db: Storage,
    private readonly wall: VisibilityService,
    private readonly properties: readonly Contribution<RepositoryPropertyFilter>[],
    private readonly sizes: readonly Contribution<RepositorySizes>[],
  ) {}

  async page(actor: Actor, list: ListedRepositories, request: PageRequest): Promise<Page<Repository>> {
    const condition = await this.#condition(actor, list);
    return list.orderBy === 'SIZE' ? this.#bySize(condition, list, request) : this.#byColumn(condition, list, request);
  }

  async count(actor: Actor, list: ListedRepositories): Promise<number> {
    const { text, parameters } = await this.#condition(actor, list);
    const [row] = await this.db.query<{ count: number }>(`SELECT count(*)::int AS count FROM repositories r WHERE ${text}`, parameters);
    return row?.count ?? 0;
  }

  async #byColumn(condition: Condition, list: ListedRepositories, { limit, after }: PageRequest): Promise<Page<Repository>> {
    const key = list.orderBy === 'REPO_CREATED_AT' ? `extract(epoch FROM r.created_at)::numeric` : 'lower(r.name) COLLATE "C"';
    const [direction, beyond] = list.descending ? ['DESC', '<'] : ['ASC', '>'];
    const parameters: unknown[] = [...condition.parameters];
    let where = condition.text;
    if (after !== undefined) {
      const at = positionOf(after);
      const type = list.orderBy === 'REPO_CREATED_AT' ? 'numeric' : 'text';
      parameters.push(at.key, at.id);
      where += ` AND (${key}, r.id) ${beyond} ($${parameters.length - 1}::${type}, $${parameters.length}::int)`;
    }
    const rows = await this.db.query<RepositoryRow & { sort_key: string }>(
      `SELECT ${REPOSITORY_COLUMNS}, (${key})::text AS sort_key FROM repositories r WHERE ${where} ORDER BY ${key} ${direction}, r.id ${direction} LIMIT ${limit + 1}`,
      parameters,
    );
    const page = pageOf(REPOSITORY_LIST, rows, limit, (row) => JSON.stringify([row.sort_key, row.id]));
    return { ...page, nodes: page.nodes.map(repositoryOf) };
  }

  /** Sizes are the git plugin's: all ids are read, ordered here, and one page of rows is fetched. */
  async #bySize(condition: Condition, list: ListedRepositories, { limit, after }: PageRequest): Promise<Page<Repository>> {
    const source = this.sizes[0]?.value;
    if (!source) throw unavailable('orderBy: SIZE');
    const ids = (await this.db.query<{ id: number }>(`SELECT r.id FROM repositories r WHERE ${condition.text}`, condition.parameters)).map(
      (row) => row.id,
    );
    const bytes = await source.bytes(ids);
    const sign = list.descending ? -1 : 1;
    const compare = (a: { size: number; id: number }, b: { size: number; id: number }): number => sign * (a.size - b.size || a.id - b.id);
    const at = after === undefined ? undefined : positionOf(after);
    const ordered = ids
      .map((id) => ({ id, size: bytes.get(id) ?? 0 }))
      .sort(compare)
      .filter((entry) => at === undefined || compare(entry, { size: Number(at.key), id: at.id }) > 0)
      .slice(0, limit + 1);
    const rows = await this.db.query<RepositoryRow>(`SELECT ${REPOSITORY_COLUMNS} FROM repositories r WHERE r.id = ANY($1::int[])`, [
      ordered.map((entry) => entry.id),
    ]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    const page = pageOf(REPOSITORY_LIST, ordered, limit, (entry) => JSON.stringify([String(entry.size), entry.id]));
    return { ...page, nodes: page.nodes.flatMap((entry) => byId.get(entry.id) ?? []).map(repositoryOf) };
  }

  async #condition(actor: Actor, list: ListedRepositories): Promise<Condition> {
    const condition = conditionOf(await this.wall.of(actor), list);
    const parameters = [...condition.parameters];
    let text = condition.text;
    for (const [names, not] of [
      [list.with, ''],
      [list.without, 'NOT '],
    ] as const) {
      for (const name of names) {
        parameters.push([...(await this.#having(name))]);
        text += ` AND ${not}r.id = ANY($${parameters.length}::int[])`;
      }
    }
    return { text, parameters };
  }

  async #having(name: RepositoryPropertyFilter['name']): Promise<IdSet> {
    const filter = this.properties.find((property) => property.value.name === name)?.value;
    if (!filter) throw unavailable(name);
    return filter.having();
  }
}

function positionOf(after: string): { readonly key: string; readonly id: number } {
  try {
    const [key, id] = JSON.parse(after) as [string, number];
    if (typeof key === 'string' && Number.isInteger(id)) return { key, id };
  } catch {
    // Said below.
  }
  throw new SextantError('SEXTANT_PAGE_ARGUMENT', {
    what: 'The cursor in "after" is not one of this list.',
    fix: 'Pass the endCursor of the page before, unchanged.',
  });
}

const unavailable = (argument: string): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_FILTER_UNAVAILABLE', {
    what: `"${argument}" cannot be answered.`,
    why: 'The plugin that knows it is not running.',
    fix: 'Leave the argument out, or enable the plugin.',
  });
