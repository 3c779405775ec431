/** One item of a revision list: `a`, `*refs/heads/*`, `*!refs/heads/x*` or `^a`. */
export type Revision =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'glob'; readonly glob: string; readonly exclude: boolean }
  /** Leaves out the commits reachable from it: for commit and diff searches. */
  | { readonly kind: 'exclude'; readonly name: string }
  /** The last commit at or before a time on `base`. */
  | { readonly kind: 'at-time'; readonly time: string; readonly base: string };

export type RevisionParse =
  | { readonly ok: true; readonly revisions: readonly Revision[] }
  | { readonly ok: false; readonly message: string };

/** Reads `a:b:c`. An empty list means HEAD. */
export function parseRevisions(text: string): RevisionParse {
  const revisions: Revision[] = [];
  for (const item of text.split(':')) {
    if (item === '') continue;
    const revision: Revision = item.startsWith('*!')
      ? { kind: 'glob', glob: item.slice(2), exclude: true }
      : item.startsWith('*')
        ? { kind: 'glob', glob: item.slice(1), exclude: false }
        : item.startsWith('^')
          ? { kind: 'exclude', name: item.slice(1) }
          : { kind: 'name', name: item };
    const problem = refProblem(revision.kind === 'glob' ? revision.glob : (revision as { name: string }).name);
    if (problem !== undefined) return { ok: false, message: `"${item}" is not a revision: ${problem}.` };
    revisions.push(revision);
  }
  return { ok: true, revisions };
}

/** What git itself refuses in names, and what could be taken for an option. Suffixes such as `~2` and `^{}` are allowed. */
function refProblem(name: string): string | undefined {
  if (name === '') return 'the name is missing';
  if (name.startsWith('-')) return 'it begins with "-"';
  if (/[\s\p{Cc}\\]/u.test(name)) return 'it holds a blank, a control character or a backslash';
  if (name.includes('..')) return 'it holds ".."';
  return undefined;
}

/** Parts `name@revisions` at the first `@` that no backslash or bracket protects; `\@` is a plain `@` in the pattern. */
export function splitRevisions(value: string): { readonly pattern: string; readonly revisions?: string; readonly at?: number } {
  let inClass = false;
  for (let i = 0; i < value.length; i++) {
    const char = value[i];
    if (char === '\\') i++;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '@' && !inClass) return { pattern: plainAt(value.slice(0, i)), revisions: value.slice(i + 1), at: i + 1 };
  }
  return { pattern: plainAt(value) };
}

function plainAt(pattern: string): string {
  return pattern.replace(/\\([\s\S])/g, (whole, char) => (char === '@' ? '@' : whole));
}
