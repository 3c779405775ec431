import { SextantError } from '@sextant/sdk';

/** The first line of its own: before it may stand whatever a login prints. */
const GREETING = /^hello \S+, this is \S+ running gitolite\d/m;
/** Rights to read, to write and to create, then the name. A pattern of names that one may create holds a character that names do not. */
const ENTRY = /^( R| {2})(?: W| {2})(?: C| {2})?\t(?!@)([0-9A-Za-z][-0-9A-Za-z._@/+]*)\s*$/;

/**
 * The names of the repositories that one may read, of what `ssh git@host info` answers.
 * @throws SEXTANT_CODE_HOST_ANSWER for anything else.
 */
export function readableIn(info: string): readonly string[] {
  const begin = GREETING.exec(info);
  if (!begin)
    throw new SextantError('SEXTANT_CODE_HOST_ANSWER', {
      what: 'The server did not list its repositories.',
      why: 'It does not greet as Gitolite does.',
      fix: 'Check that the host is a Gitolite server, and the user the one that Gitolite runs as.',
    });
  const names = info
    .slice(begin.index)
    .split(/\r?\n/)
    .flatMap((line) => {
      const [, right, name] = ENTRY.exec(line) ?? [];
      return right === ' R' && name !== undefined ? [name] : [];
    });
  return [...new Set(names)];
}
