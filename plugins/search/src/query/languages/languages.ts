import type { Contribution } from '@sextant/sdk';
import { type LanguageDefinition, languageProblem } from './language-definition.js';
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
let contributed: readonly Contribution<LanguageDefinition>[] = [];
/** Those that `tables` were made with. */
let read: readonly Contribution<LanguageDefinition>[] = [];

/**
 * From now on the languages of this live list are known beside those of the table, and win over them. It is of the process: a
 * path and a `lang:` mean the same to all of it.
 */
export function useLanguages(list: readonly Contribution<LanguageDefinition>[]): void {
  contributed = list;
}

/** The languages that others brought. */
export function broughtLanguages(): readonly LanguageDefinition[] {
  current();
  return read.map(({ value }) => value);
}

function current(): Tables {
  const isSame = tables && read.length === contributed.length && contributed.every((one, i) => one === read[i]);
  if (tables && isSame) return tables;
  // A copy: refusing one takes it out of the live list.
  for (const one of [...contributed]) {
    const problem = languageProblem(one.value);
    if (problem) one.reject(problem);
  }
  read = [...contributed];
  tables = readTables(read.map(({ value }) => value));
  return tables;
}

/** The language of a file, by its name or its longest known extension. */
export function languageOf(path: string): string | undefined {
  const { byFileName, byExtension } = current();
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
  const { byName, byExtension } = current();
  const key = text.trim().toLowerCase();
  const name = byName.get(key) ?? byName.get(key.replaceAll(' ', '-')) ?? byExtension.get(key.startsWith('.') ? key : `.${key}`);
  return name === undefined ? undefined : [name, ...(ALSO[name] ?? [])];
}

/** False for data and prose, such as JSON and Markdown. */
export function isCode(language: string): boolean {
  return current().code.has(language);
}

/** All names and aliases in lower case, for suggestions. */
export function languageNames(): Iterable<string> {
  return current().byName.keys();
}

function readTables(brought: readonly LanguageDefinition[]): Tables {
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
  for (const { name, kind = 'programming', aliases = [], extensions: own = [], fileNames = [] } of brought) {
    for (const alias of [name, ...aliases]) byName.set(alias.toLowerCase(), name);
    for (const extension of own) byExtension.set(extension.toLowerCase(), name);
    for (const fileName of fileNames) byFileName.set(fileName, name);
    if (kind === 'programming' || kind === 'markup') code.add(name);
    else code.delete(name);
  }
  return { byName, byExtension, byFileName, code };
}
