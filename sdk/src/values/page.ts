import { SextantError } from '../errors/sextant-error.js';

/** One page of a list. `endCursor` is opaque and goes back as `after`. */
export interface Page<T> {
  readonly nodes: readonly T[];
  readonly totalCount?: number;
  readonly pageInfo: PageInfo;
}

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
}

export interface PageRequest {
  readonly limit: number;
  /** The decoded position behind `after`, as the owner of the list encoded it. */
  readonly after: string | undefined;
}

/** Checks `first` and `after`. @throws SEXTANT_PAGE_ARGUMENT outside 0…max, or for a cursor of another list. */
export function pageRequest(list: string, args: PageArguments, limits: { readonly max: number; readonly default: number }): PageRequest {
  const limit = args.first ?? limits.default;
  if (!Number.isInteger(limit) || limit < 0 || limit > limits.max) {
    throw new SextantError('SEXTANT_PAGE_ARGUMENT', {
      what: `"first" is ${limit}.`,
      why: `This list gives between 0 and ${limits.max} at a time.`,
      fix: 'Ask for fewer, and follow endCursor.',
    });
  }
  return { limit, after: args.after ? decodeCursor(list, args.after) : undefined };
}

/** A cursor that only the list of the same name accepts. */
export const encodeCursor = (list: string, position: string): string => Buffer.from(`${list}:${position}`).toString('base64url');

function decodeCursor(list: string, cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!text.startsWith(`${list}:`)) {
    throw new SextantError('SEXTANT_PAGE_ARGUMENT', {
      what: 'The cursor in "after" is not one of this list.',
      fix: 'Pass the endCursor of the page before, unchanged.',
    });
  }
  return text.slice(list.length + 1);
}

/**
 * The number that a position is, in lists that go by an id. Cursors are text that clients may change. `most`: the largest that the id's column holds.
 * @throws SEXTANT_PAGE_ARGUMENT for anything but a whole number from 1 to `most`.
 */
export function cursorNumber(position: string | undefined, most: number = 0x7fffffff): number | undefined {
  if (position === undefined) return undefined;
  const number = /^[1-9]\d{0,15}$/.test(position) ? Number(position) : 0;
  if (number > 0 && number <= most) return number;
  throw new SextantError('SEXTANT_PAGE_ARGUMENT', {
    what: 'The cursor in "after" is malformed.',
    fix: 'Pass the endCursor of the page before, unchanged.',
  });
}

/** A page out of at most `limit + 1` rows: the one too many tells that there is a next page. */
export function pageOf<T>(list: string, rows: readonly T[], limit: number, position: (row: T) => string, totalCount?: number): Page<T> {
  const nodes = rows.slice(0, limit);
  const last = nodes.at(-1);
  const hasNextPage = rows.length > limit;
  return {
    nodes,
    ...(totalCount === undefined ? {} : { totalCount }),
    pageInfo: { hasNextPage, endCursor: hasNextPage && last !== undefined ? encodeCursor(list, position(last)) : null },
  };
}
