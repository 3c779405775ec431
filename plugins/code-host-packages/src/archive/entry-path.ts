import { RepoPath } from '@sextant/sdk';
import { refusal } from './refusal.js';

/**
 * The path of an entry below the folder that all entries are in.
 * @param root the folder's name, with a slash at its end; undefined: the first segment, whatever it is
 * @returns undefined for the folder itself
 * @throws SEXTANT_PACKAGES_ARCHIVE for a path that leads out, or that no repository has
 */
export function pathBelow(entry: string, root: string | undefined): string | undefined {
  if (entry.startsWith('/') || entry.includes('\\') || entry.includes('\0')) throw outside();
  const segments = entry.split('/').filter((segment) => segment !== '.' && segment !== '');
  if (segments.includes('..')) throw outside();
  const whole = segments.join('/');
  if (root !== undefined && `${whole}/` !== root && !whole.startsWith(root))
    throw refusal('SEXTANT_PACKAGES_ARCHIVE', 'It holds a file beside the folder of the version.');
  const path = root === undefined ? segments.slice(1).join('/') : whole.slice(root.length);
  if (path === '') return undefined;
  if (!RepoPath.is(path) || segments.some((segment) => /^\.git$/i.test(segment)))
    throw refusal('SEXTANT_PACKAGES_ARCHIVE', 'It holds a file with a path that no repository has.');
  return path;
}

/** Whether a link at this path leads to a place beside or below it, inside the archive. */
export function leadsInside(path: string, target: string): boolean {
  if (target === '' || target.startsWith('/') || target.includes('\\') || target.includes('\0')) return false;
  let depth = path.split('/').length - 1;
  for (const segment of target.split('/')) {
    if (segment === '..') depth--;
    else if (segment !== '.' && segment !== '') depth++;
    if (depth < 0) return false;
  }
  return true;
}

const outside = () => refusal('SEXTANT_PACKAGES_ARCHIVE', 'It holds a path that leads out of it.');
