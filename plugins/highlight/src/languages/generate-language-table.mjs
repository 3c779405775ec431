// Writes language-table.ts from linguist-languages and the grammars of shiki: node plugins/highlight/src/languages/generate-language-table.mjs
import { writeFileSync } from 'node:fs';
import * as linguist from 'linguist-languages';
import { bundledLanguagesInfo } from 'shiki/langs';

/** Languages that a lezer grammar reads: faster and smaller than the TextMate ones. */
const LEZER = {
  C: 'cpp',
  'C++': 'cpp',
  CSS: 'css',
  Go: 'go',
  HTML: 'html',
  JSON: 'json',
  Java: 'java',
  JavaScript: 'javascript',
  Markdown: 'markdown',
  PHP: 'php',
  Python: 'python',
  Rust: 'rust',
  SCSS: 'scss',
  SVG: 'xml',
  Sass: 'sass',
  Starlark: 'python',
  TSX: 'tsx',
  TypeScript: 'typescript',
  XML: 'xml',
  YAML: 'yaml',
};

/** Where shiki goes by a name that linguist does not know. */
const SHIKI = {
  ApacheConf: 'apache',
  'Java Properties': 'ini',
  'Objective-C++': 'objective-cpp',
  'Protocol Buffer': 'proto',
  VBScript: 'vb',
};

/** Extensions that several languages use, and the one that most files of that name are written in. */
const PREFERRED = {
  '.as': 'ActionScript',
  '.asm': 'Assembly',
  '.bas': 'Visual Basic .NET',
  '.cgi': 'Perl',
  '.cl': 'Common Lisp',
  '.cls': 'TeX',
  '.d': 'D',
  '.f': 'Fortran',
  '.frag': 'GLSL',
  '.fs': 'F#',
  '.gd': 'GDScript',
  '.gs': 'JavaScript',
  '.h': 'C',
  '.hh': 'C++',
  '.inc': 'PHP',
  '.jsp': 'HTML',
  '.lisp': 'Common Lisp',
  '.ls': 'JavaScript',
  '.lsp': 'Common Lisp',
  '.m': 'Objective-C',
  '.mm': 'Objective-C++',
  '.moo': 'Mercury',
  '.ml': 'OCaml',
  '.nl': 'OCaml',
  '.pl': 'Perl',
  '.pm': 'Perl',
  '.pro': 'Prolog',
  '.properties': 'Java Properties',
  '.q': 'HiveQL',
  '.r': 'R',
  '.rs': 'Rust',
  '.sc': 'Scala',
  '.sch': 'Scheme',
  '.sol': 'Solidity',
  '.sql': 'SQL',
  '.st': 'Smalltalk',
  '.t': 'Perl',
  '.tex': 'TeX',
  '.toc': 'TeX',
  '.ts': 'TypeScript',
  '.txt': undefined,
  '.v': 'Verilog',
  '.vba': 'Visual Basic .NET',
};

const byName = new Map();
for (const { id, name, aliases = [] } of bundledLanguagesInfo) for (const key of [id, name.toLowerCase(), ...aliases]) byName.set(key, id);
const grammarOf = ({ name, aliases = [] }) => {
  if (LEZER[name]) return `lezer:${LEZER[name]}`;
  const id =
    SHIKI[name] ?? [name.toLowerCase(), name.toLowerCase().replaceAll(' ', '-'), ...aliases].map((key) => byName.get(key)).find(Boolean);
  return id && `textmate:${id}`;
};

const rank = { programming: 0, markup: 1, data: 2, prose: 3 };
const known = Object.values(linguist)
  .map((language) => ({ ...language, grammar: grammarOf(language) }))
  .filter(({ grammar }) => grammar)
  .sort(
    (a, b) =>
      Number(b.grammar.startsWith('lezer')) - Number(a.grammar.startsWith('lezer')) ||
      rank[a.type] - rank[b.type] ||
      (a.name < b.name ? -1 : 1),
  );

const taken = new Set();
const take = (kind, key, name) => {
  const lower = key.toLowerCase();
  if (lower in PREFERRED && PREFERRED[lower] !== name) return false;
  if (taken.has(`${kind}${lower}`)) return false;
  taken.add(`${kind}${lower}`);
  return true;
};
const rows = known.map(({ name, grammar, aliases = [], extensions = [], filenames = [], interpreters = [] }) =>
  [
    name,
    grammar,
    [...new Set([name.toLowerCase().replaceAll(' ', '-'), ...aliases])]
      .filter((alias) => !alias.includes(' ') && take('a', alias, name))
      .join(' '),
    [...extensions].filter((extension) => take('', extension, name)).join(' '),
    [...filenames].filter((file) => take('f', file, name)).join('/'),
    [...interpreters].filter((program) => take('i', program, name)).join(' '),
  ].join('|'),
);

writeFileSync(
  new URL('./language-table.ts', import.meta.url),
  `// Written by generate-language-table.mjs from linguist-languages (MIT) and the list of grammars of shiki (MIT). Do not edit.
// One language a line: name | grammar | aliases | extensions | file names (parted by "/") | interpreters.
export const LANGUAGE_TABLE = \`${rows.join('\n').replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${')}\`;
`,
);
