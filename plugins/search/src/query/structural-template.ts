import type { FilterNode, PatternNode, QueryError, QueryNode } from './ast.js';
import { languagesNamed } from './languages/languages.js';

/** Languages in which three dots alone are code. */
const DOTS_ARE_CODE = ['C', 'C++', 'Go', 'PHP', 'Python', 'Ruby'];

/** `:[x]` and its kin; not what stands behind a key, as in `{ list:[x] }`. */
const HOLE = /(?<![\w"'`\])?]):\[(?:\[(?<long>\w+)\]|(?<any> ?\w*)(?:\.|\\n)?|(?<named>\w*)~(?<regexp>[^\]]*))\]/g;
/** Three dots that neither spread (`...rest`) nor are spread onto (`rest...`). */
const DOTS = /(?<![\w\].])\.\.\.(?![\w$.[({"'`])/g;

interface Hole {
  readonly text: string;
  readonly start: number;
  /** What is written instead; undefined: there is nothing like it. */
  readonly instead: string | undefined;
}

/** Refuses the holes of another template language, which would be searched for as code, and proposes metavariables. */
export function checkTemplate(text: string, root: QueryNode, filters: readonly FilterNode[]): QueryError[] {
  const node = root.kind === 'and' ? root.of.find((child) => child.kind === 'pattern') : root;
  if (node?.kind !== 'pattern') return [];
  const languages = filters
    .filter(({ field, negated }) => field === 'lang' && !negated)
    .flatMap(({ value }) => languagesNamed(value) ?? []);
  const holes = holesOf(text, node, !languages.some((language) => DOTS_ARE_CODE.includes(language)));
  const [first] = holes;
  if (!first) return [];
  return [
    {
      code: 'SEXTANT_SEARCH_TEMPLATE',
      message: `"${first.text}" is a hole of another template language. Here $X stands for one node and $$$X for any number.`,
      start: first.start,
      end: first.start + first.text.length,
      ...(holes.every(({ instead }) => instead !== undefined)
        ? { fix: { description: 'Use metavariables', query: replaced(text, holes) } }
        : {}),
    },
  ];
}

function holesOf(text: string, { start, end }: PatternNode, dots: boolean): Hole[] {
  const pattern = text.slice(start, end);
  const holes = [...pattern.matchAll(HOLE)].map((match): Hole => {
    const { long, any, regexp } = match.groups as Partial<Record<'long' | 'any' | 'regexp', string>>;
    const name = (long ?? any ?? '').trim();
    const many = long === undefined && isAlone(pattern, match.index, match[0].length);
    return { text: match[0], start: start + match.index, instead: regexp === undefined ? metavariable(name, many) : undefined };
  });
  if (dots) for (const match of pattern.matchAll(DOTS)) holes.push({ text: match[0], start: start + match.index, instead: '$$$' });
  return holes.sort((a, b) => a.start - b.start);
}

/** Between brackets, where a hole stood for any number of things. */
function isAlone(pattern: string, at: number, length: number): boolean {
  return /[([{]\s*$/.test(pattern.slice(0, at)) && /^\s*[)\]}]/.test(pattern.slice(at + length));
}

function metavariable(name: string, many: boolean): string {
  const letters = name
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, '_')
    .replace(/^(?=\d)/, '_');
  return `${many ? '$$$' : '$'}${letters || (many ? '' : '_')}`;
}

function replaced(text: string, holes: readonly Hole[]): string {
  let query = '';
  let at = 0;
  for (const { text: hole, start, instead } of holes) {
    query += text.slice(at, start) + instead;
    at = start + hole.length;
  }
  return query + text.slice(at);
}
