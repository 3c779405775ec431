import { SextantError } from '@sextant/sdk';
import { ALLOWED } from './allowed-options.js';

/** One call of git, in parts, so that no part can be taken for another. */
export interface GitCommand {
  readonly subcommand: string;
  readonly options?: readonly string[];
  /** Object hashes, full ref names, refspecs, URLs: never read as options. */
  readonly operands?: readonly string[];
  /** Literal paths inside the repository. */
  readonly paths?: readonly string[];
}

const refused = (what: string): SextantError =>
  new SextantError('SEXTANT_GIT_ARGUMENT_REFUSED', {
    what,
    why: 'git is only called with arguments on a fixed list.',
    fix: 'Use a plain revision, path or URL.',
  });

/** The argument vector. @throws SEXTANT_GIT_ARGUMENT_REFUSED for whatever the list does not allow. */
export function gitArguments({ subcommand, options = [], operands = [], paths = [] }: GitCommand): readonly string[] {
  const allowed = Object.hasOwn(ALLOWED, subcommand) ? ALLOWED[subcommand] : undefined;
  if (!allowed) throw refused(`git ${JSON.stringify(subcommand)} is not called here.`);
  for (const option of options) {
    if (!allowed.flags.includes(option) && !allowed.values.some((prefix) => option.startsWith(prefix) && option.length > prefix.length)) {
      throw refused(`git ${subcommand} is not called with that option.`);
    }
  }
  for (const operand of operands)
    if (operand === '' || operand.startsWith('-')) throw refused(`An argument of git ${subcommand} begins with "-" or is empty.`);
  if ([...options, ...operands, ...paths].some((argument) => argument.includes('\0')))
    throw refused(`An argument of git ${subcommand} holds a NUL.`);
  return [
    subcommand,
    ...options,
    ...(allowed.endOfOptions && operands.length + paths.length > 0 ? ['--end-of-options'] : []),
    ...operands,
    ...(allowed.dashes && paths.length > 0 ? ['--'] : []),
    ...paths,
  ];
}
