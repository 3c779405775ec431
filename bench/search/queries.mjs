/**
 * Queries in eleven classes, each as every engine takes it. `mode` says what is timed: the first 500 matches with
 * their lines, or the exhaustive count. `counted` says what is compared with ripgrep: lines or files; without it nothing is.
 * @typedef {{class: string, mode: 'first' | 'count', q: string, t: string, rg?: string[] | string[][], except?: string[], counted?: 'lines' | 'files', cs?: string[], zoekt?: string}} Query
 */
const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const zoektWord = (pattern) => `content:"${pattern.replace(/["\\]/g, '\\$&')}"`;

/** @returns {Query} */
const literal = (name, text, { fold = false, file, mode = 'first' } = {}) => ({
  class: name,
  mode,
  q: `${file ? `file:${file.regexp} ` : ''}${text} type:file case:${fold ? 'no' : 'yes'}`,
  t: 'literal',
  rg: ['-F', ...(fold ? ['-i'] : []), ...(file ? ['-g', file.glob] : []), '-e', text],
  counted: 'lines',
  cs: [...(fold ? ['-i'] : []), ...(file ? ['-f', file.regexp] : []), '--', escaped(text)],
  zoekt: `${zoektWord(escaped(text))} case:${fold ? 'no' : 'yes'}${file ? ` file:${file.regexp}` : ''}`,
});

/** Without blanks: in a regexp of ours they stand for anything between. @returns {Query} */
const regexp = (name, pattern, mode = 'first') => ({
  class: name,
  mode,
  q: `${pattern} type:file case:yes`,
  t: 'regexp',
  rg: ['-e', pattern],
  counted: 'lines',
  cs: ['--', pattern],
  zoekt: `${zoektWord(pattern)} case:yes`,
});

/** Files with each of `all` and none of `none`. @returns {Query} */
const boolean = (all, none = []) => ({
  class: 'boolean',
  mode: 'first',
  q: `${[...all, ...none.map((word) => `NOT ${word}`)].join(' AND ')} type:file case:yes`,
  t: 'literal',
  rg: all.map((word) => ['-F', '-e', word]),
  except: none,
  counted: 'files',
  zoekt: `${[...all.map(zoektWord), ...none.map((word) => `-${zoektWord(word)}`)].join(' ')} case:yes`,
});

const symbol = (name) => ({ class: 'symbol', mode: 'first', q: `type:symbol ${name}`, t: 'literal' });

const path = (pattern, glob) => ({
  class: 'path',
  mode: 'first',
  q: `type:path file:${pattern} case:yes`,
  t: 'regexp',
  rg: [['--files', '-g', glob]],
  counted: 'files',
  zoekt: `file:${pattern} case:yes type:filename`,
});

const of = (make, name, ...args) => args.map((arg) => (Array.isArray(arg) ? make(name, ...arg) : make(name, arg)));
const cc = { regexp: '\\.cc$', glob: '*.cc' };
const dts = { regexp: '\\.d\\.ts$', glob: '*.d.ts' };
const header = { regexp: '\\.h$', glob: '*.h' };

/** @type {Query[]} */
export const queries = [
  ...of(
    literal,
    'rare literal',
    'ERR_INVALID_ARG_TYPE',
    'git_rebase_next(',
    'RunWorkqOnByte',
    'no elements in sequence',
    'parseCloseBody',
    'calculateLayoutImpl',
    'nowhereToBeFoundAtAll',
  ),
  ...of(literal, 'common literal', 'function', 'return', 'const', 'static_cast', 'undefined', 'std::string'),
  ...of(literal, '2–3 characters', 'xq', '=>', 'qz', 'foo', '->', 'px'),
  ...of(
    (name, text) => literal(name, text, { fold: true }),
    'case-insensitive',
    'typeerror',
    'readablestream',
    'content-type',
    'todo',
    'abstractmethod',
    'mutexlock',
  ),
  ...of(
    regexp,
    'regexp with literals',
    'async\\s+\\w+Handler\\(',
    'class\\s\\w+\\sextends\\s\\w+Error',
    'func(tion)?\\s+parse\\w*\\(',
    'git_\\w+_free\\(',
    '(debounce|throttle)\\w*\\(',
    'throw\\snew\\s\\w+Error\\(.*invalid',
  ),
  ...of(
    (name, pattern) => regexp(name, pattern, 'count'),
    'regexp without literals',
    '\\b[A-Z]\\d[A-Z]\\d[A-Z]\\b',
    '\\b\\d{3}-\\d{4}\\b',
    '[A-Z]{12,}\\d{3}',
    '\\b[a-z]\\d{9}[a-z]\\b',
    '[xyz]\\d[xyz]\\d[xyz]\\d',
    '^\\s*[A-Z]\\w{30,}$',
  ),
  boolean(['readFileSync', 'writeFileSync']),
  boolean(['malloc', 'free', 'memcpy']),
  boolean(['Promise', 'setTimeout'], ['clearTimeout']),
  boolean(['namespace', 'std::mutex']),
  boolean(['debounce', 'throttle']),
  boolean(['Observable', 'Subscriber'], ['Subject']),
  literal('file-filtered', 'Promise', { file: dts }),
  literal('file-filtered', 'Status::Corruption', { file: cc }),
  literal('file-filtered', 'virtual', { file: header }),
  literal('file-filtered', 'mutex', { file: cc }),
  literal('file-filtered', 'readonly', { file: dts }),
  literal('file-filtered', 'template', { file: header }),
  ...['parse', 'debounce', 'LRUCache', 'Matrix4', 'onError', 'Scheduler'].map(symbol),
  path('README\\.md$', '*README.md'),
  path('\\.hpp$', '*.hpp'),
  path('package\\.json$', '*package.json'),
  path('CMakeLists\\.txt$', '*CMakeLists.txt'),
  path('\\.kt$', '*.kt'),
  path('index\\.d\\.ts$', '*index.d.ts'),
  ...of(
    (name, text) => literal(name, text, { mode: 'count' }),
    'exhaustive count',
    'function',
    'this.',
    'import',
    'static inline',
    'mutex',
    'require(',
  ),
];

/** What the issue of the search asks for, as ratios by class: `of` a peer, of the medians. */
export const goals = {
  'rare literal': { zoekt: 1, 'rg -j1': 0.02 },
  'common literal': { zoekt: 1.5 },
  'exhaustive count': { zoekt: 0.5 },
  'regexp with literals': { zoekt: 0.5 },
  'regexp without literals': { 'rg -j1': 0.25 },
};

/** Row 9 of the hostile inputs: patterns that make a backtracking engine take for ever. */
export const hostile = ['(x+x+)+y', '(a|aa)+$', '(.*){20}z', '([a-zA-Z]+)*=0x', '.*.*.*.*.*.*q{3}'];
