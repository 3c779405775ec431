/**
 * Queries in ten classes. `rg` is what asks ripgrep the same (arguments after the common ones); `counted` says what both
 * count: all occurrences, or files; without it there is no peer for the query.
 */
export const queries = [
  {
    class: 'rare literal',
    q: 'ERR_INVALID_ARG_TYPE case:yes',
    t: 'literal',
    rg: ['-F', '-e', 'ERR_INVALID_ARG_TYPE'],
    counted: 'occurrences',
  },
  { class: 'common literal', q: 'function case:yes', t: 'literal', rg: ['-F', '-e', 'function'], counted: 'occurrences' },
  { class: '2–3 characters', q: 'xq case:yes', t: 'literal', rg: ['-F', '-e', 'xq'], counted: 'occurrences' },
  { class: 'case-insensitive', q: 'typeerror', t: 'literal', rg: ['-F', '-i', '-e', 'typeerror'], counted: 'occurrences' },
  {
    class: 'regexp with literals',
    q: 'async\\s+\\w+Handler\\( case:yes',
    t: 'regexp',
    rg: ['-e', 'async\\s+\\w+Handler\\('],
    counted: 'occurrences',
  },
  {
    class: 'regexp without literals',
    q: '\\b[A-Z]\\d[A-Z]\\d[A-Z]\\b case:yes',
    t: 'regexp',
    rg: ['-e', '\\b[A-Z]\\d[A-Z]\\d[A-Z]\\b'],
    counted: 'occurrences',
  },
  {
    class: 'boolean',
    q: 'readFileSync AND writeFileSync case:yes',
    t: 'literal',
    rg: [
      ['-F', '-e', 'readFileSync'],
      ['-F', '-e', 'writeFileSync'],
    ],
    counted: 'files',
  },
  {
    class: 'file-filtered',
    q: 'file:\\.d\\.ts$ Promise case:yes',
    t: 'literal',
    rg: ['-F', '-g', '*.d.ts', '-e', 'Promise'],
    counted: 'occurrences',
  },
  { class: 'symbol', q: 'type:symbol parse', t: 'literal' },
  { class: 'path', q: 'type:path file:README\\.md$ case:yes', t: 'regexp', rg: ['--files', '-g', '*README.md'], counted: 'files' },
];

/** Row 9 of the hostile inputs: patterns that make a backtracking engine take for ever. */
export const hostile = ['(x+x+)+y', '(a|aa)+$', '(.*){20}z', '([a-zA-Z]+)*=0x', '.*.*.*.*.*.*q{3}'];
