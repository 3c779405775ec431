import type { Repository } from '@sextant/plugin-code-host/api';

interface Pages {
  readonly kind: string;
  readonly commit: (oid: string) => string;
  readonly entry: (type: 'blob' | 'tree', oid: string, path: string) => string;
}

/** How the pages of each kind of host are named, below the repository's own page. */
const PAGES: Readonly<Record<string, Pages>> = {
  github: { kind: 'GITHUB', commit: (oid) => `/commit/${oid}`, entry: (type, oid, path) => `/${type}/${oid}/${path}` },
  gitlab: { kind: 'GITLAB', commit: (oid) => `/-/commit/${oid}`, entry: (type, oid, path) => `/-/${type}/${oid}/${path}` },
  gitea: { kind: 'GITEA', commit: (oid) => `/commit/${oid}`, entry: (_type, oid, path) => `/src/commit/${oid}/${path}` },
  bitbucketServer: {
    kind: 'BITBUCKETSERVER',
    commit: (oid) => `/commits/${oid}`,
    entry: (_type, oid, path) => `/browse/${path}?at=${oid}`,
  },
  azuredevops: {
    kind: 'AZUREDEVOPS',
    commit: (oid) => `/commit/${oid}`,
    entry: (_type, oid, path) => `?path=/${path}&version=GC${oid}`,
  },
  bitbucketCloud: { kind: 'BITBUCKETCLOUD', commit: (oid) => `/commits/${oid}`, entry: (_type, oid, path) => `/src/${oid}/${path}` },
};

interface ExternalLink {
  readonly url: string;
  readonly serviceKind: string;
  readonly serviceType: string;
}

export const commitLinks = (repository: Repository, oid: string): readonly ExternalLink[] =>
  links(repository, (pages) => pages.commit(oid));

export const entryLinks = (repository: Repository, type: 'blob' | 'tree', oid: string, path: string): readonly ExternalLink[] =>
  links(repository, (pages) => pages.entry(type, oid, path.split('/').map(encodeURIComponent).join('/')));

function links({ webUrl, external }: Repository, page: (pages: Pages) => string): readonly ExternalLink[] {
  const pages = Object.hasOwn(PAGES, external.serviceType) ? PAGES[external.serviceType] : undefined;
  if (!pages || !webUrl) return [];
  return [{ url: `${webUrl.replace(/\/$/, '')}${page(pages)}`, serviceKind: pages.kind, serviceType: external.serviceType }];
}
