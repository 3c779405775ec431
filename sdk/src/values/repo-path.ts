import { SextantError } from '../errors/sextant-error.js';

declare const brand: unique symbol;
/** A path inside a repository, `/`-separated, without a leading slash; the empty path is the root. Only {@link RepoPath.parse} makes one. */
export type RepoPath = string & { readonly [brand]: 'RepoPath' };

const MAX_BYTES = 4096;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
// A second decoding by somebody downstream must not turn a harmless name into a way out.
const decodedAgain = (path: string): string => path.replace(/%2e/gi, '.').replace(/%2f/gi, '/').replace(/%5c/gi, '\\');

function problem(path: string): string | undefined {
  if (path.includes('\0')) return 'it holds a NUL';
  if (path.startsWith('/') || path.startsWith('\\')) return 'it is absolute';
  if (/^[a-z]:[\\/]/i.test(path)) return 'it names a drive';
  if (Buffer.byteLength(path) > MAX_BYTES) return `it is longer than ${MAX_BYTES} bytes`;
  if (LONE_SURROGATE.test(path) || path.includes('\ufffd')) return 'it is not well-formed Unicode';
  if (path.endsWith('\r')) return 'it ends with a carriage return';
  if (path.split('/').slice(0, -1).includes('')) return 'it has an empty segment';
  if (
    decodedAgain(path)
      .split(/[/\\]/)
      .some((s) => s === '..' || s === '.')
  )
    return 'it has a "." or ".." segment';
  return undefined;
}

export const RepoPath = {
  ROOT: '' as RepoPath,
  /** A trailing slash is dropped. @throws SEXTANT_VALUE_PATH when it cannot be a path inside a repository. */
  parse(value: string): RepoPath {
    const why = typeof value === 'string' ? problem(value) : 'it is not text';
    if (why)
      throw new SextantError('SEXTANT_VALUE_PATH', {
        what: 'The path is malformed.',
        why: `The path is refused: ${why}.`,
        fix: 'Give a path inside the repository, without "..".',
      });
    return (value.endsWith('/') ? value.slice(0, -1) : value) as RepoPath;
  },
  is: (value: unknown): value is RepoPath => typeof value === 'string' && problem(value) === undefined && !value.endsWith('/'),
};
