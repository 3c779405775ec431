import { LANGUAGE_TABLE } from './language-table.js';

export interface Language {
  /** Linguist's name. */
  readonly name: string;
  readonly grammar: { readonly kind: 'lezer' | 'textmate'; readonly id: string } | undefined;
}

export const PLAIN_TEXT: Language = { name: 'Plain Text', grammar: undefined };

const byAlias = new Map<string, Language>();
const byExtension = new Map<string, Language>();
const byFileName = new Map<string, Language>();
const byInterpreter = new Map<string, Language>();

for (const row of LANGUAGE_TABLE.split('\n')) {
  const [name, grammar, aliases, extensions, fileNames, interpreters] = row.split('|') as [string, string, string, string, string, string];
  const [kind, id] = grammar.split(':') as ['lezer' | 'textmate', string];
  const language: Language = { name, grammar: { kind, id } };
  const add = (map: Map<string, Language>, keys: string, separator: string) => {
    for (const key of keys.split(separator)) if (key) map.set(key.toLowerCase(), language);
  };
  add(byAlias, aliases, ' ');
  add(byExtension, extensions, ' ');
  add(byFileName, fileNames, '/');
  add(byInterpreter, interpreters, ' ');
}

/** By the file's name, then its longest known extension, then the program named in its first line. */
export function languageOf(path: string, text: string): Language {
  const file = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const known = byFileName.get(file);
  if (known) return known;
  for (let dot = file.indexOf('.'); dot !== -1; dot = file.indexOf('.', dot + 1)) {
    const language = byExtension.get(file.slice(dot));
    if (language) return language;
  }
  return byInterpreter.get(interpreterOf(text) ?? '') ?? PLAIN_TEXT;
}

/** By a name people use: `ts`, `bash`, `c++`. */
export const languageNamed = (name: string): Language | undefined => byAlias.get(name.toLowerCase());

/** `#!/usr/bin/env -S python3.12 -u` is `python3`. */
function interpreterOf(text: string): string | undefined {
  if (!text.startsWith('#!')) return undefined;
  const words = text
    .slice(2, 200)
    .split(/[\r\n]/, 1)[0]!
    .trim()
    .split(/\s+/);
  const program = (words[0] ?? '').endsWith('/env') ? words.slice(1).find((word) => !/^-|=/.test(word)) : words[0];
  return program
    ?.slice(program.lastIndexOf('/') + 1)
    .replace(/\.\d+$/, '')
    .toLowerCase();
}
