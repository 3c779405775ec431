/** How a language is told by the name of a file. What it names is taken from the languages that Sextant knows by itself. */
export interface LanguageDefinition {
  /** As answers show it and `lang:` names it, such as `Starlark`. One that is known is extended. */
  readonly name: string;
  /** Default `programming`. Files of `data` and `prose` are not missed by a structural search. */
  readonly kind?: 'programming' | 'markup' | 'data' | 'prose';
  /** Other names for `lang:`. */
  readonly aliases?: readonly string[];
  /** With the dot, such as `.bzl` or `.blade.php`, in any case; the longest that fits decides. */
  readonly extensions?: readonly string[];
  /** Whole names, such as `BUILD`; before any extension. */
  readonly fileNames?: readonly string[];
}

/** What is wrong with a definition, in words. */
export function languageProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'a language is an object with a name';
  const { name, kind, aliases, extensions, fileNames } = value as Readonly<Record<keyof LanguageDefinition, unknown>>;
  if (typeof name !== 'string' || !/^\S(?:.{0,98}\S)?$/.test(name)) return 'a language needs a name of 1 to 100 characters';
  if (kind !== undefined && !['programming', 'markup', 'data', 'prose'].includes(String(kind)))
    return `the kind of ${name} is programming, markup, data or prose`;
  for (const [what, list] of Object.entries({ aliases, extensions, fileNames })) {
    if (list !== undefined && !(Array.isArray(list) && list.every((item) => typeof item === 'string' && item !== '')))
      return `"${what}" of ${name} is not a list of texts`;
  }
  if (((extensions as readonly string[] | undefined) ?? []).some((extension) => !extension.startsWith('.')))
    return `an extension of ${name} does not begin with a dot`;
  return undefined;
}
