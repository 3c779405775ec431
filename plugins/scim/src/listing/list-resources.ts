import { attributesOf, type Filter, requiredValues } from '../protocol/filter.js';
import { isList, isObject, type JsonObject } from '../protocol/json.js';
import { matches, valuesAt } from '../protocol/matches.js';
import { parseFilter, parsePath } from '../protocol/parse-filter.js';
import { attributeNamed } from '../protocol/schemas.js';
import { type Selection, selectionOf } from '../protocol/selection.js';
import { invalidSyntax } from '../scim-errors.js';

export const MAX_RESULTS = 500;
const DEFAULT_RESULTS = 100;
const MAX_SORT_KEY = 200;

/** What is asked of a list: RFC 7644, 3.4.2. */
export interface ListQuery {
  readonly filter: Filter | undefined;
  readonly sortBy: ReturnType<typeof parsePath> | undefined;
  readonly descending: boolean;
  /** From 1. */
  readonly startIndex: number;
  readonly count: number;
  readonly selection: Selection;
}

/** @param ask the parameter of a name. @throws SEXTANT_SCIM_FILTER, _PATH, _SYNTAX. */
export function listQuery(ask: (name: string) => string | undefined): ListQuery {
  const filter = ask('filter');
  const sortBy = ask('sortBy');
  const whole = (name: string, otherwise: number): number => {
    const text = ask(name);
    if (text === undefined || text === '') return otherwise;
    if (!/^-?\d{1,9}$/.test(text)) throw invalidSyntax(`"${name}" is a whole number.`);
    return Number(text);
  };
  return {
    filter: filter === undefined || filter === '' ? undefined : parseFilter(filter),
    sortBy: sortBy === undefined || sortBy === '' ? undefined : parsePath(sortBy),
    descending: ask('sortOrder')?.toLowerCase() === 'descending',
    startIndex: Math.max(1, whole('startIndex', 1)),
    count: Math.min(MAX_RESULTS, Math.max(0, whole('count', DEFAULT_RESULTS))),
    selection: selectionOf(ask('attributes'), ask('excludedAttributes')),
  };
}

/** What an index can look up of a filter. */
export interface Narrowing {
  /** In lower case: `id`, `username`, `members.value`. */
  readonly by: string;
  readonly values: readonly string[];
}

/** Where resources are listed from. */
export interface Listed<R> {
  /** What its indexes know, see {@link Narrowing}. */
  readonly indexed: readonly string[];
  /** How many are looked at together, given what is looked at (in lower case). */
  scan(looksAt: ReadonlySet<string>): number;
  page(narrowing: Narrowing | undefined, page: { readonly after: number; readonly limit: number }): Promise<readonly R[]>;
  window(page: { readonly offset: number; readonly limit: number }): Promise<readonly R[]>;
  byIds(ids: readonly string[]): Promise<readonly R[]>;
  count(): Promise<number>;
  /** As filters and clients see them, with the attributes that are named (in lower case) and costly. */
  resources(rows: readonly R[], wants: (attribute: string) => boolean): Promise<readonly JsonObject[]>;
}

/** How many there are, and those that are asked for. What is kept of the others while they are gone through is an id and what they are sorted by. */
export async function listResources<R extends { readonly id: string; readonly number: number }>(
  from: Listed<R>,
  query: ListQuery,
  signal: AbortSignal,
): Promise<{ readonly total: number; readonly rows: readonly R[] }> {
  const { filter, sortBy, startIndex, count } = query;
  if (!filter && !sortBy) {
    return { total: await from.count(), rows: count === 0 ? [] : await from.window({ offset: startIndex - 1, limit: count }) };
  }
  const looksAt = new Set([...(filter ? attributesOf(filter) : []), ...(sortBy ? [sortBy.name.toLowerCase()] : [])]);
  const narrowing = filter && narrowingOf(filter, from.indexed);
  const limit = from.scan(looksAt);
  const found: { readonly id: string; readonly key: string | number | undefined }[] = [];
  for (let after = 0; ; ) {
    signal.throwIfAborted();
    const rows = await from.page(narrowing, { after, limit });
    const resources = await from.resources(rows, (attribute) => looksAt.has(attribute));
    for (const [at, resource] of resources.entries()) {
      if (filter && !matches(resource, filter)) continue;
      found.push({ id: rows[at]?.id as string, key: sortBy && sortKey(resource, sortBy) });
    }
    const last = rows.at(-1);
    if (!last || rows.length < limit) break;
    after = last.number;
  }
  if (sortBy) found.sort((a, b) => compared(a.key, b.key) * (query.descending ? -1 : 1));
  const ids = found.slice(startIndex - 1, startIndex - 1 + count).map(({ id }) => id);
  const rows = new Map((await from.byIds(ids)).map((row) => [row.id, row]));
  return { total: found.length, rows: ids.flatMap((id) => rows.get(id) ?? []) };
}

function narrowingOf(filter: Filter, indexed: readonly string[]): Narrowing | undefined {
  for (const by of indexed) {
    const values = requiredValues(filter, by);
    if (values) return { by, values };
  }
  return undefined;
}

/** Of a list the primary element, else the first. */
function sortKey(resource: JsonObject, path: ReturnType<typeof parsePath>): string | number | undefined {
  const primary = attributeNamed(path.name)?.multiValued === true ? onlyPrimary(resource, path.name) : resource;
  const [value] = valuesAt(primary, path);
  if (typeof value === 'string') return value.slice(0, MAX_SORT_KEY).toLowerCase();
  return typeof value === 'boolean' ? Number(value) : typeof value === 'number' ? value : undefined;
}

function onlyPrimary(resource: JsonObject, name: string): JsonObject {
  const key = attributeNamed(name)?.name ?? name;
  const list = resource[key];
  const first = isList(list) ? list.find((element) => isObject(element) && matches(element, PRIMARY)) : undefined;
  return first === undefined ? resource : { ...resource, [key]: [first] };
}
const PRIMARY = parseFilter('primary eq true');

/** What has nothing to be sorted by comes last. */
function compared(a: string | number | undefined, b: string | number | undefined): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
  return a < b ? -1 : 1;
}
