import { SextantError } from '../errors/sextant-error.js';

declare const brand: unique symbol;
/** A revision as a person types it: a branch, a tag, a hash, `HEAD`, each with `~n` and `^n` behind. Only {@link RevSpec.parse} makes one. */
export type RevSpec = string & { readonly [brand]: 'RevSpec' };

const MAX_LENGTH = 250;
// What `git check-ref-format` refuses anywhere in a name.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\u202e/;
const SUFFIX = /(?:~\d{0,9}|\^\d{0,3}|\^\{(?:commit|tree|tag)?\})+$/;
// `-c protocol.allow=always` and its spellings, which must never reach a command line (git reads section names in any case).
const CONFIG_ASSIGNMENT = /^[a-z][a-z0-9-]*\.[a-z0-9.*-]+=/i;

function problem(value: string): string | undefined {
  if (value === '') return 'it is empty';
  if (value.length > MAX_LENGTH) return `it is longer than ${MAX_LENGTH} characters`;
  if (value.startsWith('-')) return 'it begins with "-"';
  if (CONFIG_ASSIGNMENT.test(value)) return 'it has the form of a git setting';
  const name = value.replace(SUFFIX, '');
  if (name === '') return 'it names nothing before its suffix';
  if (FORBIDDEN.test(name)) return 'it holds a character or sequence that git allows in no name';
  if (name.startsWith('/') || name.endsWith('/') || name.endsWith('.')) return 'it begins or ends with a character that no name may';
  if (name.split('/').some((s) => s.startsWith('.') || s.endsWith('.lock'))) return 'a segment begins with "." or ends with ".lock"';
  return undefined;
}

export const RevSpec = {
  HEAD: 'HEAD' as RevSpec,
  /** @throws SEXTANT_VALUE_REVISION when it cannot be a revision. */
  parse(value: string): RevSpec {
    const why = typeof value === 'string' ? problem(value) : 'it is not text';
    if (why)
      throw new SextantError('SEXTANT_VALUE_REVISION', {
        what: 'The revision is malformed.',
        why: `The revision is refused: ${why}.`,
        fix: 'Give a branch, a tag or a commit hash.',
      });
    return value as RevSpec;
  },
  is: (value: unknown): value is RevSpec => typeof value === 'string' && problem(value) === undefined,
};
