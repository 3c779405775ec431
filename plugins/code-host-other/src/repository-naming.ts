import type { OtherConfig } from './other-config.js';

/** `host/path` of a URL, as a name can hold it: a port follows a dash. */
export function baseOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host.replaceAll(':', '-').replace(/[[\]]/g, '')}${decodedPath(pathname)}`.replace(/\/+$/, '');
}

const decodedPath = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};

/**
 * @param repo the path below the base
 * @param pattern where the connection has none
 */
export function repositoryName(config: OtherConfig, base: string, repo: string, pattern = '{base}/{repo}'): string {
  return (config.repositoryPathPattern ?? pattern)
    .replaceAll('{base}', () => base)
    .replaceAll('{repo}', () => repo.replace(/\.git$/i, ''))
    .split('/')
    .filter((segment) => segment !== '')
    .join('/')
    .replace(/[:@]/g, '-');
}
