/** How one subcommand may be called. Anything that is not listed is refused before a process exists. */
export interface AllowedCommand {
  /** Options taken as they stand. */
  readonly flags: readonly string[];
  /** Options that carry a value behind `=`, listed with the `=`; the value is one argument and cannot become another. */
  readonly values: readonly string[];
  /** git of this subcommand understands `--end-of-options`; the others take object hashes only. */
  readonly endOfOptions: boolean;
  /** Paths stand behind `--`. `archive` would take that word for a path. */
  readonly dashes: boolean;
}

const command = (
  flags: readonly string[],
  values: readonly string[] = [],
  form: { readonly endOfOptions?: boolean; readonly dashes?: boolean } = {},
): AllowedCommand => ({
  flags,
  values,
  endOfOptions: form.endOfOptions ?? true,
  dashes: form.dashes ?? true,
});

const HISTORY = [
  '-z',
  '--follow',
  '--first-parent',
  '--perl-regexp',
  '--fixed-strings',
  '--regexp-ignore-case',
  '--date-order',
  '--topo-order',
  '--no-renames',
  '--find-renames',
];
const PATCH = ['--patch', '--raw', '--no-color', '--no-ext-diff', '--no-textconv', '--full-index', '--no-prefix'];

export const ALLOWED: Readonly<Record<string, AllowedCommand>> = {
  'cat-file': command(['--batch-command', '--buffer', '-z', 'blob'], ['--batch=']),
  'ls-tree': command(['-z', '-l', '-r', '-t']),
  log: command(
    [...HISTORY, ...PATCH],
    ['--format=', '--max-count=', '--skip=', '--since=', '--until=', '--grep=', '--unified=', '--diff-merges='],
  ),
  'rev-list': command(['--count', '--left-right', '--all', '--no-object-names'], ['--max-count=']),
  'diff-tree': command(['-r', '-z', '--name-status', '--no-commit-id', ...HISTORY, ...PATCH], ['--unified=', '--find-renames=']),
  blame: command(['--porcelain', '-w'], ['-L'], { endOfOptions: false }),
  'merge-base': command([]),
  'for-each-ref': command([], ['--format=', '--sort=', '--count=', '--points-at=']),
  shortlog: command(['-s', '-n', '-e'], ['--since=']),
  archive: command([], ['--format=', '--prefix='], { dashes: false }),
  config: command(['-z', '--get-regexp', '^submodule\\..*\\.(path|url)$'], ['--blob='], { endOfOptions: false }),
  init: command(['--bare', '--quiet'], ['--initial-branch=', '--object-format=']),
  'ls-remote': command(['--symref', '--quiet'], []),
  fetch: command([
    '--progress',
    '--prune',
    '--force',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-auto-maintenance',
    '--no-recurse-submodules',
    '--update-head-ok',
    '--update-shallow',
    '--unshallow',
  ]),
  'fast-import': command(['--quiet', '--done', '--date-format=raw']),
  'symbolic-ref': command(['--quiet'], []),
  'update-ref': command(['--no-deref', '-d'], []),
  repack: command(
    ['-d', '-l', '-A', '-a', '--quiet', '--write-bitmap-index', '--no-write-bitmap-index'],
    ['--geometric=', '--unpack-unreachable='],
  ),
  'pack-refs': command(['--all', '--prune']),
  'commit-graph': command(['write', '--reachable', '--split', '--no-progress', '--changed-paths'], []),
  'prune-packed': command(['--quiet']),
  fsck: command(['--connectivity-only', '--no-dangling', '--no-progress', '--no-reflogs']),
  'count-objects': command(['-v']),
  version: command([], []),
};
