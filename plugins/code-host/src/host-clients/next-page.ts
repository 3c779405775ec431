import LinkHeader from 'http-link-header';

/**
 * The address of the next page by a `link` header. A host may write another origin than the one it is reached by, so only path and query of it are
 * taken, and the path only below the base of its API: a list cannot lead a credential elsewhere.
 */
export function nextByLink(headers: Headers, current: URL, base: URL): URL | undefined {
  const link = headers.get('link');
  if (link === null) return undefined;
  const uri = nextOf(link);
  if (uri === undefined || !URL.canParse(uri, current.href)) return undefined;
  const told = new URL(uri, current);
  const next = new URL(current);
  if (told.pathname.startsWith(base.pathname)) next.pathname = told.pathname;
  next.search = told.search;
  return next;
}

export const hasNextLink = (link: string): boolean => nextOf(link) !== undefined;

/** How many pages come after this one, where the `link` header names the last by its number. */
export function pagesLeft(headers: Headers, current: URL): number | undefined {
  const link = headers.get('link');
  if (link === null) return undefined;
  const uri = linkTo('last', link);
  const last = uri !== undefined && URL.canParse(uri, current.href) ? Number(new URL(uri, current).searchParams.get('page')) : 0;
  const at = Number(current.searchParams.get('page') ?? 1);
  return Number.isSafeInteger(last) && Number.isSafeInteger(at) && last >= at && at > 0 ? last - at : undefined;
}

const nextOf = (link: string): string | undefined => linkTo('next', link);

function linkTo(relation: string, link: string): string | undefined {
  try {
    return LinkHeader.parse(link).rel(relation)[0]?.uri;
  } catch {
    return undefined;
  }
}

/** The next page by what its request is asked with beside what all are. */
export function nextByQuery(query: Readonly<Record<string, string | number>>, current: URL): URL {
  const next = new URL(current);
  for (const [name, value] of Object.entries(query)) next.searchParams.set(name, String(value));
  return next;
}
