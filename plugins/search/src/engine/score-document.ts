import { CATEGORY } from '../index/path-category.js';
import type { CodeSymbol, SymbolKind } from '../index/symbols/code-symbol.js';
import type { Atom } from './compiled-query.js';
import type { DocumentView } from './document-view.js';
import type { DocumentHits } from './evaluate-document.js';

/** What ranking knows of a document; each is 0–1. */
export interface RankFeatures {
  /** The best definition that is hit: exact name, prefix, part, weighted by kind. */
  readonly symbol: number;
  readonly filename: number;
  /** Word boundaries around the best hit. */
  readonly word: number;
  /** Share of the query's patterns in the best window of five lines. */
  readonly coverage: number;
  /** How often, saturating, and by the document's length. */
  readonly frequency: number;
  readonly proximity: number;
  readonly repositoryRank: number;
  readonly freshness: number;
  /** Test, vendored, generated or minified. */
  readonly lowPriority: number;
}

export const RANK_WEIGHTS: Readonly<Record<keyof RankFeatures, number>> = {
  symbol: 370,
  filename: 200,
  word: 120,
  coverage: 100,
  frequency: 80,
  proximity: 60,
  repositoryRank: 40,
  freshness: 30,
  lowPriority: -150,
};

/** The score of a document, 0–1000. */
export function scoreOf(features: RankFeatures, weights: Readonly<Record<keyof RankFeatures, number>> = RANK_WEIGHTS): number {
  let score = 0;
  for (const name of Object.keys(weights) as (keyof RankFeatures)[]) score += weights[name] * features[name];
  return Math.min(1000, Math.max(0, score));
}

/** Hits looked at per pattern: enough to find the best one, few enough for a document that holds thousands. */
const SAMPLE = 32;
const AVERAGE_BYTES = 8_000;
const WINDOW_LINES = 5;

export interface RepositoryRank {
  readonly rank?: number;
  readonly freshness?: number;
}

export function rankFeatures(
  document: DocumentView,
  hits: DocumentHits,
  patterns: readonly Atom[],
  repository: RepositoryRank,
): RankFeatures {
  const terms = hits.terms.filter((term) => term.hits.length > 0);
  const near = closeness(document, terms, patterns.length);
  return {
    symbol: Math.max(symbolFeature(document, terms), ...hits.symbols.slice(0, SAMPLE).map((symbol) => 0.6 * kindWeight(symbol.kind)), 0),
    filename: Math.max(0, ...patterns.map((atom) => filenameFeature(atom, document.path))),
    word: terms.length === 0 ? 0 : Math.max(...terms.map((term) => wordFeature(document.content(), term.hits))),
    coverage: near.coverage,
    frequency: frequencyFeature(document, terms),
    proximity: near.proximity,
    repositoryRank: repository.rank ?? 0,
    freshness: repository.freshness ?? 0,
    lowPriority: document.category & ~CATEGORY.test ? 1 : document.category & CATEGORY.test ? 0.5 : 0,
  };
}

type Terms = DocumentHits['terms'];

function frequencyFeature(document: DocumentView, terms: Terms): number {
  const literal = terms.filter(({ atom }) => atom.pattern.spec.kind === 'literal');
  if (literal.length === 0) return 0;
  const norm = 1.2 * (0.25 + 0.75 * (document.content().length / AVERAGE_BYTES));
  return literal.reduce((sum, { hits }) => sum + hits.length / 2 / (hits.length / 2 + norm), 0) / literal.length;
}

function symbolFeature(document: DocumentView, terms: Terms): number {
  if (terms.length === 0) return 0;
  const symbols = document.symbols();
  if (symbols.length === 0) return 0;
  let best = 0;
  for (const { atom, hits } of terms) {
    for (let index = 0; index < Math.min(hits.length, SAMPLE * 2) && best < 1; index += 2) {
      const symbol = symbolAt(symbols, hits[index]!);
      if (symbol) best = Math.max(best, nameMatch(symbol, hits[index]!, hits[index + 1]!, atom) * kindWeight(symbol.kind));
    }
    // The definition may lie behind the sample, and it is what the reader is looking for.
    if (hits.length > SAMPLE * 2 && best < 0.85) best = Math.max(best, definitionFeature(symbols, atom));
  }
  return best;
}

function definitionFeature(symbols: readonly CodeSymbol[], { pattern: { spec } }: Atom): number {
  if (spec.kind !== 'literal') return 0;
  const folded = spec.source.toLowerCase();
  let best = 0;
  for (const { name, kind } of symbols) {
    if (name.length === folded.length && name.toLowerCase() === folded)
      best = Math.max(best, (name === spec.source ? 1 : 0.85) * kindWeight(kind));
  }
  return best;
}

function symbolAt(symbols: readonly CodeSymbol[], offset: number): CodeSymbol | undefined {
  let low = 0;
  let high = symbols.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (symbols[middle]!.start <= offset) low = middle;
    else high = middle - 1;
  }
  const symbol = symbols[low]!;
  return symbol.start <= offset && offset < symbol.start + Buffer.byteLength(symbol.name) ? symbol : undefined;
}

function nameMatch(symbol: CodeSymbol, start: number, end: number, { pattern: { spec } }: Atom): number {
  const length = Buffer.byteLength(symbol.name);
  const from = start - symbol.start;
  const to = end - symbol.start;
  if (from === 0 && to === length) return spec.kind === 'regexp' || spec.source === symbol.name ? 1 : 0.85;
  if (from === 0) return 0.6;
  const name = Buffer.from(symbol.name);
  return isPartStart(name, from) ? 0.45 : 0.3;
}

function kindWeight(kind: SymbolKind): number {
  switch (kind) {
    case 'class':
    case 'interface':
    case 'struct':
    case 'enum':
    case 'type':
    case 'trait':
    case 'union':
    case 'object':
      return 1;
    case 'function':
    case 'method':
    case 'constructor':
    case 'module':
    case 'namespace':
      return 0.9;
    case 'constant':
    case 'macro':
      return 0.7;
    default:
      return 0.5;
  }
}

function filenameFeature({ matcher }: Atom, path: Buffer): number {
  const base = path.lastIndexOf(0x2f) + 1;
  const dot = path.lastIndexOf(0x2e);
  const stem = dot > base ? dot : path.length;
  const found = matcher.find(path, base, path.length);
  if (!found || found.start === found.end) return matcher.find(path, 0, base) && base > 0 ? 0.2 : 0;
  if (found.start === base) return found.end === path.length ? 1 : found.end === stem ? 0.9 : 0.6;
  return 0.4;
}

function wordFeature(content: Buffer, hits: readonly number[]): number {
  let best = 0;
  for (let index = 0; index < Math.min(hits.length, SAMPLE * 2) && best < 1; index += 2) {
    const start = hits[index]!;
    const end = hits[index + 1]!;
    const left = !isWordByte(content[start - 1]) || !isWordByte(content[start]);
    const right = !isWordByte(content[end]) || !isWordByte(content[end - 1]);
    const part = (left || isPartStart(content, start)) && (right || isPartStart(content, end));
    best = Math.max(best, left && right ? 1 : part ? 0.6 : left || right ? 0.3 : 0);
  }
  return best;
}

function isWordByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (
    byte === 0x5f || (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte >= 0x80
  );
}

/** A part of a camelCase or snake_case name begins here. */
function isPartStart(bytes: Buffer, at: number): boolean {
  const before = bytes[at - 1] ?? 0x20;
  const here = bytes[at] ?? 0x20;
  const upper = here >= 0x41 && here <= 0x5a;
  return before === 0x5f || here === 0x5f || !isWordByte(before) || (upper && !(before >= 0x41 && before <= 0x5a));
}

/** How many of the patterns stand close together, and how close. */
function closeness(document: DocumentView, terms: Terms, wanted: number): { coverage: number; proximity: number } {
  if (terms.length === 0) return { coverage: 0, proximity: 0 };
  if (wanted <= 1) return { coverage: 1, proximity: 1 };
  const marks = terms
    .flatMap(({ hits }, term) =>
      hits
        .filter((_, index) => (index & 1) === 0)
        .slice(0, SAMPLE)
        .map((offset) => ({ offset, term, line: 0 })),
    )
    .sort((a, b) => a.offset - b.offset);
  for (const mark of marks) mark.line = document.lineAt(mark.offset);
  let together = 1;
  let distance = Number.POSITIVE_INFINITY;
  for (let first = 0; first < marks.length; first++) {
    const seen = new Set<number>();
    for (let last = first; last < marks.length && marks[last]!.line - marks[first]!.line < WINDOW_LINES; last++)
      seen.add(marks[last]!.term);
    together = Math.max(together, seen.size);
    const next = marks[first + 1];
    if (next && next.term !== marks[first]!.term) distance = Math.min(distance, next.line - marks[first]!.line);
  }
  return { coverage: Math.min(1, together / wanted), proximity: 1 / (1 + distance) };
}
