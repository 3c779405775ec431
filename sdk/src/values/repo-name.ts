import { SextantError } from '../errors/sextant-error.js';

declare const brand: unique symbol;
/** A repository's name, e.g. `github.com/owner/name`. Only {@link RepoName.parse} makes one. */
export type RepoName = string & { readonly [brand]: 'RepoName' };

// The bytes that no host allows in a name and that shells, URLs or file systems read as something else.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const FORBIDDEN = /[\u0000-\u001f\u007f\\<>"|?*\u202a-\u202e\u2066-\u2069]/;
const MAX_LENGTH = 400;

function problem(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name.length > MAX_LENGTH) return `it is longer than ${MAX_LENGTH} characters`;
  if (FORBIDDEN.test(name)) return 'it holds a character that no repository name may hold';
  if (name.trim() !== name) return 'it begins or ends with a blank';
  const segments = name.split('/');
  if (segments.some((s) => s === '')) return 'it has an empty segment';
  if (segments.some((s) => s === '.' || s === '..' || /^(\.|%2e){1,2}$/i.test(s))) return 'it has a "." or ".." segment';
  if (segments.some((s) => s.startsWith('-'))) return 'a segment begins with "-"';
  if (segments.some((s) => s.toLowerCase() === '.git')) return 'it has a ".git" segment';
  return undefined;
}

export const RepoName = {
  /** @throws SEXTANT_VALUE_REPOSITORY_NAME when it cannot be a repository name. */
  parse(value: string): RepoName {
    const why = typeof value === 'string' ? problem(value) : 'it is not text';
    if (why) {
      throw new SextantError('SEXTANT_VALUE_REPOSITORY_NAME', {
        what: 'The repository name is malformed.',
        why: `The name is refused: ${why}.`,
        fix: 'Give a name such as github.com/owner/name.',
      });
    }
    return value as RepoName;
  },
  is: (value: unknown): value is RepoName => typeof value === 'string' && problem(value) === undefined,
};
