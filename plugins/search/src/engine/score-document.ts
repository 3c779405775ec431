import { CATEGORY } from '../index/path-category.js';
import type { DocumentView } from './document-view.js';
import type { DocumentHits } from './evaluate-document.js';
import { filenameWorth } from './filename-worth.js';
import { phraseWorth } from './phrase-worth.js';
import type { RankedQuery } from './ranked-query.js';
import { isPartStart, isWordByte, symbolWorth } from './symbol-worth.js';

/** What ranking knows of a document; each is 0–1. */
export interface RankFeatures {
  /** The best definition that is named: how much of its name, weighted by its kind and by who may use it. */
  readonly symbol: number;
  readonly filename: number;
  /** The words of the query one after another. */
  readonly phrase: number;
  /** Word boundaries around the best hit. */
  readonly word: number;
  /** Share of the query's patterns in the best window of five lines. */
  readonly coverage: number;
  /** How often, saturating, and by the document's length. */
  readonly frequency: number;
  readonly proximity: number;
  readonly repositoryRank: number;
  readonly freshness: number;
  /** Test, vendored, generated, minified, or without an implementation. */
  readonly lowPriority: number;
}

export const RANK_WEIGHTS: Readonly<Record<keyof RankFeatures, number>> = {
  // Where a name is defined is what most people look for.
  symbol: 340,
  // A file that is called what was asked for is mostly about it.
  filename: 180,
  // A message that was copied from a log, a declaration as it is written: rare enough to beat scattered words in any file.
  phrase: 120,
  // `get` is rarely meant by who finds it in `target`.
  word: 110,
  // Words that belong together stand together.
  coverage: 80,
  proximity: 40,
  // Tells files about a thing from those that mention it; saturates, so that long lists do not win.
  frequency: 60,
  // Only among equals: no text is better for being in a well-known place.
  repositoryRank: 40,
  freshness: 30,
  // A copy, a test or generated code stands behind what it was made from or for, and before what fits worse.
  lowPriority: -250,
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

export function rankFeatures(document: DocumentView, hits: DocumentHits, query: RankedQuery, repository: RepositoryRank): RankFeatures {
  const terms = hits.terms.filter((term) => term.hits.length > 0);
  const near = closeness(document, terms, query.atoms.length);
  return {
    symbol: symbolWorth(document, hits, query),
    filename: filenameWorth(document.path, query),
    phrase: phraseWorth(document, terms, query.atoms.length),
    word: terms.length === 0 ? 0 : Math.max(...terms.map((term) => wordFeature(document.content(), term.hits))),
    coverage: near.coverage,
    frequency: frequencyFeature(document, terms),
    proximity: near.proximity,
    repositoryRank: repository.rank ?? 0,
    freshness: repository.freshness ?? 0,
    lowPriority: lowPriority(document, query.asksForTests),
  };
}

/** Declares what another file implements: nobody reads it who can read that. */
const DECLARATIONS = /\.(d\.[cm]?ts|pyi)$/;

/** What is several of these is less than what is one: the tests of a vendored library stand behind the library. */
function lowPriority({ category, path }: DocumentView, asksForTests: boolean): number {
  const copied = category & ~CATEGORY.test ? 0.6 : 0;
  const test = category & CATEGORY.test && !asksForTests ? 0.3 : 0;
  const declared = DECLARATIONS.test(path.toString('latin1', Math.max(path.length - 8, 0))) ? 0.2 : 0;
  return Math.min(1, copied + test + declared);
}

type Terms = DocumentHits['terms'];

function frequencyFeature(document: DocumentView, terms: Terms): number {
  const literal = terms.filter(({ atom }) => atom.pattern.spec.kind === 'literal');
  if (literal.length === 0) return 0;
  const norm = 1.2 * (0.25 + 0.75 * (document.content().length / AVERAGE_BYTES));
  return literal.reduce((sum, { hits }) => sum + hits.length / 2 / (hits.length / 2 + norm), 0) / literal.length;
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
