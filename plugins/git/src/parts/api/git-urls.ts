/** Paths of pages and files on this server, without its prefix. What could end a part early is percent-encoded. */
const segments = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** `@` parts the name from the revision, so in a name it is always encoded. */
export function revisionUrl(repository: string, rev: string | undefined): string {
  return `/${segments(repository)}${rev === undefined || rev === '' ? '' : `@${segments(rev)}`}`;
}

export const commitUrl = (repository: string, oid: string): string => `${revisionUrl(repository, undefined)}/-/commit/${oid}`;

export function entryUrl(kind: 'blob' | 'tree' | 'raw', repository: string, rev: string | undefined, path: string): string {
  const base = revisionUrl(repository, rev);
  return path === '' && kind === 'tree' ? base : `${base}/-/${kind}/${segments(path)}`;
}

export const compareUrl = (repository: string, base: string, head: string): string =>
  `${revisionUrl(repository, undefined)}/-/compare/${segments(base)}...${segments(head)}`;
