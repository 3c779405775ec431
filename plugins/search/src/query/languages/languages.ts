import { LANGUAGE_TABLE } from './language-table.js';

interface Tables {
  readonly byName: ReadonlyMap<string, string>;
  readonly byExtension: ReadonlyMap<string, string>;
  readonly byFileName: ReadonlyMap<string, string>;
  /** Languages of programming and markup. */
  readonly code: ReadonlySet<string>;
}

/** The language of an extension that several share, where the rule (programming first, then own first extension) would surprise. */
const SHARED_EXTENSIONS: Readonly<Record<string, string>> = {
  '.as': 'ActionScript',
  '.asc': 'AsciiDoc',
  '.asm': 'Assembly',
  '.bas': 'Visual Basic 6.0',
  '.cfg': 'INI',
  '.cl': 'Common Lisp',
  '.d': 'D',
  '.es': 'JavaScript',
  '.for': 'Fortran',
  '.frag': 'GLSL',
  '.fs': 'F#',
  '.gs': 'JavaScript',
  '.h': 'C',
  '.hh': 'C++',
  '.html': 'HTML',
  '.inc': 'PHP',
  '.json': 'JSON',
  '.lean': 'Lean 4',
  '.m': 'Objective-C',
  '.md': 'Markdown',
  '.ml': 'OCaml',
  '.mm': 'Objective-C++',
  '.odin': 'Odin',
  '.php': 'PHP',
  '.pl': 'Perl',
  '.plist': 'XML Property List',
  '.pm': 'Perl',
  '.pp': 'Puppet',
  '.properties': 'Java Properties',
  '.r': 'R',
  '.re': 'Reason',
  '.rs': 'Rust',
  '.s': 'Unix Assembly',
  '.sc': 'Scala',
  '.scm': 'Scheme',
  '.sol': 'Solidity',
  '.spec': 'RPM Spec',
  '.sql': 'SQL',
  '.t': 'Perl',
  '.toc': 'TeX',
  '.tpl': 'Smarty',
  '.txt': 'Text',
  '.v': 'Verilog',
  '.yaml': 'YAML',
  '.yml': 'YAML',
};

/** Languages that people name when they also mean another. */
const ALSO: Readonly<Record<string, readonly string[]>> = { TypeScript: ['TSX'], Assembly: ['Unix Assembly'], Roff: ['Roff Manpage'] };
const KIND_RANK: Readonly<Record<string, number>> = { programming: 0, markup: 1, data: 2, prose: 3 };

let tables: Tables | undefined;

/** The language of a file, by its name or its longest known extension. */
export function languageOf(path: string): string | undefined {
  const { byFileName, byExtension } = (tables ??= readTables());
  const name = path.slice(path.lastIndexOf('/') + 1);
  const named = byFileName.get(name);
  if (named !== undefined) return named;
  const lower = name.toLowerCase();
  for (let dot = lower.indexOf('.'); dot !== -1; dot = lower.indexOf('.', dot + 1)) {
    const language = byExtension.get(lower.slice(dot));
    if (language !== undefined) return language;
  }
  return undefined;
}

/**
 * The languages a `lang:` value means: a name, an alias or an extension, in any case (`go`, `golang`, `.go`).
 * Several when one name stands for close relatives (TypeScript and TSX); undefined when nothing is so named.
 */
export function languagesNamed(text: string): readonly string[] | undefined {
  const { byName, byExtension } = (tables ??= readTables());
  const key = text.trim().toLowerCase();
  const name = byName.get(key) ?? byName.get(key.replaceAll(' ', '-')) ?? byExtension.get(key.startsWith('.') ? key : `.${key}`);
  return name === undefined ? undefined : [name, ...(ALSO[name] ?? [])];
}

/** False for data and prose, such as JSON and Markdown. */
export function isCode(language: string): boolean {
  return (tables ??= readTables()).code.has(language);
}

/** All names and aliases in lower case, for suggestions. */
export function languageNames(): Iterable<string> {
  return (tables ??= readTables()).byName.keys();
}

function readTables(): Tables {
  const byName = new Map<string, string>();
  const byFileName = new Map<string, string>();
  const extensions = new Map<string, { name: string; rank: number }>();
  const rows = LANGUAGE_TABLE.split('\n').map((row) => row.split('|') as [string, string, string, string, string]);
  for (const [name, , aliases] of rows) for (const alias of aliases.split(' ')) if (alias !== '') byName.set(alias, name);
  for (const [name, kind, , extensionList, fileNames] of rows) {
    byName.set(name.toLowerCase(), name);
    for (const fileName of fileNames.split('/')) if (fileName !== '') byFileName.set(fileName, name);
    extensionList.split(' ').forEach((extension, i) => {
      if (extension === '') return;
      const rank = (i === 0 ? 0 : 10) + (KIND_RANK[kind] ?? 4);
      const key = extension.toLowerCase();
      const known = extensions.get(key);
      if (known === undefined || rank < known.rank) extensions.set(key, { name, rank });
    });
  }
  const byExtension = new Map([...extensions].map(([extension, { name }]) => [extension, SHARED_EXTENSIONS[extension] ?? name]));
  const code = new Set(rows.filter(([, kind]) => kind === 'programming' || kind === 'markup').map(([name]) => name));
  return { byName, byExtension, byFileName, code };
}
